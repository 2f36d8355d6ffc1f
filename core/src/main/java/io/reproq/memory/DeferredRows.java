package io.reproq.memory;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Objects;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/// Rows whose time has not come, the next one first.
///
/// A row that leaves unasked is dropped when its turn comes: an entry is about one version of its
/// row, and void when the row has another.
final class DeferredRows {
  /// A longer delay is as good as this one, and would leave the range of the clock.
  private static final Duration LONGEST = Duration.ofDays(365_000);

  private final PriorityQueue<Entry> entries = new PriorityQueue<>(Entry.ORDER);

  /// When a row is due that comes at `now` and must wait for `delay`.
  static Instant due(Instant now, Duration delay) {
    return now.plus(delay.compareTo(LONGEST) < 0 ? delay : LONGEST);
  }

  /// Adds a row that was just moved here.
  void add(Row row) {
    entries.add(new Entry(Objects.requireNonNull(row.due), row, row.version));
  }

  /// Takes out the first row that is due at `now`, or null when there is none.
  @Nullable Row pollDue(Instant now) {
    var first = first();
    if (first == null || first.due.isAfter(now)) {
      return null;
    }
    entries.poll();
    return first.row;
  }

  /// How long until the next row is due, zero when one is; null when there is none.
  @Nullable Duration nextDue(Instant now) {
    var first = first();
    if (first == null) {
      return null;
    }
    return first.due.isAfter(now) ? Duration.between(now, first.due) : Duration.ZERO;
  }

  private @Nullable Entry first() {
    while (true) {
      var first = entries.peek();
      if (first == null || first.row.version == first.version) {
        return first;
      }
      entries.poll();
    }
  }

  private record Entry(Instant due, Row row, long version) {
    static final Comparator<Entry> ORDER =
        Comparator.comparing(Entry::due).thenComparingLong(entry -> entry.row.id);
  }
}
