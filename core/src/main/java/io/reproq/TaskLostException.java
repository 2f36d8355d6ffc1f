package io.reproq;

import java.io.Serial;

/// The attempt no longer holds its task, which is another's by now. What it did in its own
/// transaction was rolled back, and nothing that its handler does from here on counts.
public final class TaskLostException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final long resultId;

  TaskLostException(long resultId, int attempt) {
    super(
        "attempt %d no longer holds task %d, which another worker has by now, or somebody ended;"
                .formatted(attempt, resultId)
            + " its effects were rolled back");
    this.resultId = resultId;
  }

  public long resultId() {
    return resultId;
  }
}
