package io.reproq.store;

import io.reproq.task.ClaimId;
import java.util.List;
import java.util.Set;

/// A worker's wish for tasks.
///
/// @param claimId new for every claim
/// @param quotas the queues to look at, in this order, and how many tasks of each are wanted
/// @param routing whose tasks they may be
public record ClaimRequest(ClaimId claimId, List<Quota> quotas, Routing routing) {
  public ClaimRequest {
    quotas = List.copyOf(quotas);
  }

  /// Up to `limit` (at least 1) tasks of one queue.
  public record Quota(String queue, int limit) {}

  /// Which paths a worker may run.
  ///
  /// @param handles paths that have a handler in this worker: it takes them
  /// @param others whether it also takes paths that no entered worker lists (it has an executor for
  ///   them)
  public record Routing(Set<String> handles, boolean others) {
    public Routing {
      handles = Set.copyOf(handles);
    }
  }

  /// The key under which a task waits for a worker that handles its path.
  public static String parkingKey(String taskPath) {
    return "path:" + taskPath;
  }
}
