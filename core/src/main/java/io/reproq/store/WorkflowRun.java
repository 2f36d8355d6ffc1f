package io.reproq.store;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// One workflow as the world may see it: what the view `workflow_runs` shows.
///
/// @param expected how many members there are, a callback not counted
/// @param callback id of the task that runs after all members, null for none
/// @param updatedAt when a member ended last, or was retried
public record WorkflowRun(
    UUID workflowId,
    WorkflowStatus status,
    int expected,
    Ended ended,
    @Nullable Long callback,
    Instant createdAt,
    Instant updatedAt) {

  /// How many members are over, a callback not counted.
  ///
  /// @param successes ended SUCCESSFUL
  /// @param failures ended FAILED or CANCELLED, those that could no longer run among them
  public record Ended(int successes, int failures) {}
}
