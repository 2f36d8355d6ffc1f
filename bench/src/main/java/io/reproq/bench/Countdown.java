package io.reproq.bench;

import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;

/// A number of tasks that several threads share. Safe for use by many threads.
final class Countdown {
  private final AtomicInteger left;

  Countdown(int tasks) {
    this.left = new AtomicInteger(tasks);
  }

  /// Hands out up to `most` tasks at a time, until none is left or a batch was used for nothing.
  void each(int most, Batch batch) throws SQLException {
    for (var count = take(most); count > 0; count = take(most)) {
      var used = batch.use(count);
      left.addAndGet(count - used);
      if (used == 0) {
        return;
      }
    }
  }

  boolean isDone() {
    return left.get() == 0;
  }

  private int take(int most) {
    return Math.min(most, left.getAndUpdate(now -> Math.max(0, now - most)));
  }

  /// What is done with a batch.
  @FunctionalInterface
  interface Batch {
    /// Does it with up to `count` tasks, and returns with how many.
    int use(int count) throws SQLException;
  }
}
