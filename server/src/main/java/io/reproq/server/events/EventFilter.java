package io.reproq.server.events;

import org.jspecify.annotations.Nullable;

/// Which events one wants: those that have every value that is not null.
public record EventFilter(
    @Nullable String queue, @Nullable String workerId, @Nullable Long taskId) {
  public static final EventFilter ALL = new EventFilter(null, null, null);

  /// Whether `event` is wanted.
  public boolean matches(TaskEvent event) {
    return (queue == null || queue.equals(event.queue()))
        && (workerId == null || workerId.equals(event.workerId()))
        && (taskId == null || taskId.equals(event.taskId()));
  }
}
