package io.reproq.store;

import io.reproq.task.TaskStatus;
import org.jspecify.annotations.Nullable;

/// Which tasks to list. A part that is null does not matter.
///
/// @param afterId only ids above this one: the last id of a page asks for the next
/// @param limit at most so many, at least 1
public record TaskQuery(
    @Nullable String queue,
    @Nullable String taskPath,
    @Nullable TaskStatus status,
    long afterId,
    int limit) {
  public TaskQuery {
    if (limit < 1) {
      throw new IllegalArgumentException("limit must be at least 1, was " + limit);
    }
  }

  /// The first `limit` tasks of all.
  public static TaskQuery first(int limit) {
    return new TaskQuery(null, null, null, Long.MIN_VALUE, limit);
  }

  /// Only tasks of `name`.
  public TaskQuery inQueue(String name) {
    return new TaskQuery(name, taskPath, status, afterId, limit);
  }

  /// Only tasks of the code at `path`.
  public TaskQuery ofPath(String path) {
    return new TaskQuery(queue, path, status, afterId, limit);
  }

  /// Only tasks in status `wanted`.
  public TaskQuery in(TaskStatus wanted) {
    return new TaskQuery(queue, taskPath, wanted, afterId, limit);
  }

  /// The page after the one that ended with `id`.
  public TaskQuery after(long id) {
    return new TaskQuery(queue, taskPath, status, id, limit);
  }
}
