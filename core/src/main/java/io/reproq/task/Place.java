package io.reproq.task;

import java.time.Duration;
import java.util.Locale;

/// Where a task's one row is. Each place knows only what holds there.
///
/// `attempts` is the number of attempts made so far that count.
public sealed interface Place {

  /// Can be claimed now.
  record Ready(int attempts) implements Place {}

  /// Becomes ready `delay` after the write that puts it here, by the database's clock.
  record Deferred(int attempts, Duration delay) implements Place {}

  /// Blocked by what `key` names: a lock, a limit, or a path that nobody here handles.
  record Parked(int attempts, String key) implements Place {}

  /// Waits for `predecessors` (at least 1) other tasks.
  record Waiting(int predecessors) implements Place {}

  /// Attempt number `attempt` (from 1) is under way.
  record Running(int attempt) implements Place {}

  /// Over, as `outcome` says, which is a terminal status.
  record Finished(TaskStatus outcome, int attempts) implements Place {
    public Finished {
      if (!outcome.isTerminal()) {
        throw new IllegalArgumentException(outcome + " is no terminal status");
      }
    }
  }

  /// The status that this place shows to the world.
  default TaskStatus status() {
    return switch (this) {
      case Ready ready -> TaskStatus.READY;
      case Deferred deferred -> TaskStatus.READY;
      case Parked parked -> TaskStatus.READY;
      case Waiting waiting -> TaskStatus.WAITING;
      case Running running -> TaskStatus.RUNNING;
      case Finished finished -> finished.outcome();
    };
  }

  /// The place's name in SQL, JSON and the chart.
  default String label() {
    return getClass().getSimpleName().toLowerCase(Locale.ROOT);
  }
}
