package io.reproq.jdbc.postgres;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// When the next deferred task is due, and whether there is anything to sweep, as the last look at
/// the workers has told along the way: an idle process needs one query for all. Safe for use by
/// many threads.
final class Outlook {
  /// A look that is older is none.
  private static final long FRESH_NANOS = 2_000_000_000;

  /// No process sweeps more often.
  private static final long SWEEP_NANOS = 500_000_000;

  private final AtomicLong changes = new AtomicLong();
  private final AtomicLong sweptAt = new AtomicLong(Long.MIN_VALUE);
  private volatile @Nullable Sight last;

  /// This process may have deferred a task: nothing that was seen before counts any more.
  void forget() {
    changes.incrementAndGet();
    last = null;
  }

  /// Comes before a look; [#saw] wants it back.
  long before() {
    return changes.get();
  }

  /// What a look has found.
  void saw(Sight sight, long before) {
    last = sight;
    if (changes.get() != before) {
      last = null;
    }
  }

  /// What the last look means at `nanoTime`: that nothing is due yet. Null when the database must
  /// be asked.
  @Nullable Sight at(long nanoTime) {
    var sight = last;
    if (sight == null || nanoTime - sight.nanoTime > FRESH_NANOS) {
      return null;
    }
    if (sight.nextDue == null) {
      return sight;
    }
    var left = sight.nextDue.minusNanos(nanoTime - sight.nanoTime);
    return left.isPositive() ? new Sight(left, sight.mess, nanoTime) : null;
  }

  /// Whether it is time to sweep, after what was `seen`, if anything. Who is told so does it.
  boolean sweeps(@Nullable Sight seen, long nanoTime) {
    if (seen != null && !seen.mess) {
      return false;
    }
    var before = sweptAt.get();
    return (before == Long.MIN_VALUE || nanoTime - before >= SWEEP_NANOS)
        && sweptAt.compareAndSet(before, nanoTime);
  }

  /// What was seen, and when.
  ///
  /// @param nextDue how long until the next task is due; null when none was deferred
  /// @param mess whether a task was expired, or parked under a key
  record Sight(@Nullable Duration nextDue, boolean mess, long nanoTime) {}
}
