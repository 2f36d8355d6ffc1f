package io.reproq.cli.torture;

import io.reproq.store.NewTask;
import io.reproq.task.TaskStatus;
import java.time.Duration;
import java.util.Set;

/// A task of the load, and what may become of it.
///
/// @param ends how it may end
/// @param delay how long after it was enqueued it may start first
/// @param cancelled whether somebody asks for its end
record Planned(NewTask task, Set<TaskStatus> ends, Duration delay, boolean cancelled) {
  Planned {
    ends = Set.copyOf(ends);
  }

  static Planned of(NewTask task, TaskStatus end) {
    return new Planned(task, Set.of(end), Duration.ZERO, false);
  }
}
