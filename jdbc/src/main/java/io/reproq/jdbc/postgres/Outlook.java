package io.reproq.jdbc.postgres;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// When the next deferred task is due, as the last look at the workers has told along the way: an
/// idle process needs one query for both. Safe for use by many threads.
final class Outlook {
  /// A look that is older is none.
  private static final long FRESH_NANOS = 2_000_000_000;

  private final AtomicLong changes = new AtomicLong();
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
  ///
  /// @param nextDue how long until the next task is due; null when none is deferred
  void saw(@Nullable Duration nextDue, long nanoTime, long before) {
    var sight = new Sight(nextDue, nanoTime);
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
    return left.isPositive() ? new Sight(left, nanoTime) : null;
  }

  /// What was seen, and when.
  ///
  /// @param nextDue null when no task was deferred
  record Sight(@Nullable Duration nextDue, long nanoTime) {}
}
