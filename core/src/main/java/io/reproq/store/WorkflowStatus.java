package io.reproq.store;

import io.reproq.task.TaskStatus;
import org.jspecify.annotations.Nullable;

/// Where a workflow stands. The names are the contract's and stored as such.
public enum WorkflowStatus {
  /// Nothing has failed, and members are not over.
  RUNNING,
  /// All members have succeeded, and the callback is not over.
  WAITING_CALLBACK,
  /// All have succeeded, and the callback, too.
  SUCCESSFUL,
  /// A member or the callback has failed or was cancelled. Others may still run.
  FAILED;

  /// What becomes of a workflow: it is never remembered, only counted.
  ///
  /// @param expected how many members there are, a callback not counted
  /// @param callback how the callback stands, null for none
  public static WorkflowStatus of(
      int expected, WorkflowRun.Ended ended, @Nullable TaskStatus callback) {
    if (ended.failures() > 0 || callback == TaskStatus.FAILED || callback == TaskStatus.CANCELLED) {
      return FAILED;
    }
    if (ended.successes() < expected) {
      return RUNNING;
    }
    return callback == null || callback == TaskStatus.SUCCESSFUL ? SUCCESSFUL : WAITING_CALLBACK;
  }
}
