package io.reproq.store;

import java.util.List;
import java.util.UUID;

/// A workflow that was enqueued.
///
/// @param resultIds the ids of its members, in their order and ascending
public record EnqueuedWorkflow(UUID workflowId, List<Long> resultIds) {
  public EnqueuedWorkflow {
    resultIds = List.copyOf(resultIds);
  }
}
