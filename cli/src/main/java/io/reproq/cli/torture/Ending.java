package io.reproq.cli.torture;

import io.reproq.store.TaskRun;
import io.reproq.task.TaskStatus;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// How a task ended: what must never change from then on.
record Ending(TaskStatus status, int attempts, long version, @Nullable Instant at) {
  static Ending of(TaskRun seen) {
    var standing = seen.standing();
    return new Ending(
        standing.status(), standing.attempts(), standing.version(), seen.times().finishedAt());
  }
}
