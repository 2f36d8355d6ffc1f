package io.reproq;

import java.util.List;
import java.util.UUID;

/// A workflow that was enqueued.
///
/// @param workflowId its id, for [Reproq#findWorkflow]
/// @param resultIds the ids of its tasks, in the order in which they were described; a chord's
///   callback is the last
public record WorkflowHandle(UUID workflowId, List<Long> resultIds) {
  public WorkflowHandle {
    resultIds = List.copyOf(resultIds);
  }

  /// The id of the task that was described last.
  public long lastResultId() {
    return resultIds.getLast();
  }

  @Override
  public String toString() {
    return "workflow " + workflowId;
  }
}
