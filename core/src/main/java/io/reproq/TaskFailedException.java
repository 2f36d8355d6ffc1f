package io.reproq;

import io.reproq.task.TaskStatus;
import java.io.Serial;

/// Somebody waited for a task that did not succeed. The message tells why.
public final class TaskFailedException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final long resultId;
  private final TaskStatus status;

  TaskFailedException(long resultId, TaskStatus status, String reason) {
    super("task " + resultId + " is " + status + ": " + reason);
    this.resultId = resultId;
    this.status = status;
  }

  public long resultId() {
    return resultId;
  }

  /// FAILED or CANCELLED.
  public TaskStatus status() {
    return status;
  }
}
