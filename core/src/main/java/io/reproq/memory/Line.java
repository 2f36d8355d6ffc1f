package io.reproq.memory;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/// Rows in the order they run in: by rank, then by id.
///
/// Most tasks come in that order already. Those stand in a plain queue, which costs the same
/// whatever its length; the others (retries, higher priorities) in a heap beside it.
///
/// Nobody is taken out of the middle: a row that leaves unasked forgets its line, and is dropped
/// when its turn comes. A row that came twice comes out once, because its rank never changes.
final class Line {
  private static final Comparator<Row> ORDER =
      Comparator.<Row>comparingLong(row -> row.rank).thenComparingLong(row -> row.id);

  private final ArrayDeque<Row> inOrder = new ArrayDeque<>();
  private final PriorityQueue<Row> others = new PriorityQueue<>(ORDER);

  void add(Row row) {
    row.line = this;
    var last = inOrder.peekLast();
    if (last == null || last.isBefore(row)) {
      inOrder.addLast(row);
    } else {
      others.add(row);
    }
  }

  /// Takes out the first row, or null when there is none.
  @Nullable Row poll() {
    while (true) {
      var row = pollAny();
      if (row == null) {
        return null;
      }
      if (row.line == this) {
        row.line = null;
        return row;
      }
    }
  }

  /// The first row, which stays, or null when there is none.
  @Nullable Row peek() {
    var row = poll();
    if (row != null) {
      row.line = this;
      others.add(row);
    }
    return row;
  }

  /// Whether nobody stands here, nor stood here unasked.
  boolean isEmpty() {
    return inOrder.isEmpty() && others.isEmpty();
  }

  private @Nullable Row pollAny() {
    var first = inOrder.peekFirst();
    var other = others.peek();
    if (first == null || (other != null && other.isBefore(first))) {
      return others.poll();
    }
    return inOrder.pollFirst();
  }
}
