package io.reproq.store;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The queues of a store, as far as somebody may pause them. No task of a paused queue is started;
/// what runs goes on, and enqueueing goes on. Safe for use by many threads.
public interface Queues {
  /// The name that stands for every queue, those to come included. What is paused by it is resumed
  /// by it alone, and queues that were paused by their own names stay so.
  String ALL = "*";

  /// Starts no more tasks of `queue` from now on.
  ///
  /// @param reason for people, null for none
  /// @return false when it was paused already: then only the reason changes
  /// @throws IllegalArgumentException when `queue` is blank
  boolean pause(String queue, @Nullable String reason);

  /// Starts tasks of `queue` again, at once.
  ///
  /// @return false when it was not paused
  boolean resume(String queue);

  /// What is paused, by name.
  List<Pause> pauses();

  /// Refuses a name that is no queue's.
  static String named(String queue) {
    if (queue.isBlank()) {
      throw new IllegalArgumentException("the queue's name is empty: name the queue");
    }
    return queue;
  }

  /// One paused queue, or [#ALL].
  ///
  /// @param since when it was paused, null when nobody wrote that down
  record Pause(String queue, @Nullable Instant since, @Nullable String reason) {}
}
