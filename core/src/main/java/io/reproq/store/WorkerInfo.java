package io.reproq.store;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/// A running process, as it enters itself.
///
/// @param incarnation new at every start
/// @param workerId name for people; need not be unique
/// @param concurrency how many attempts it runs at once
/// @param queues where it looks for work
/// @param handles paths of the tasks that it has handlers for
/// @param lease how long it may go without being heard of
/// @param heartbeat how often it is to be heard of
/// @param version of the program
public record WorkerInfo(
    UUID incarnation,
    String workerId,
    String hostname,
    int concurrency,
    List<String> queues,
    Set<String> handles,
    Duration lease,
    Duration heartbeat,
    String version) {
  public WorkerInfo {
    queues = List.copyOf(queues);
    handles = Set.copyOf(handles);
  }
}
