package io.reproq.store;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Which failed tasks to look at, the newest failure first. A part that is null does not matter.
///
/// @param before only what comes after this one: the last of a page asks for the next
/// @param limit at most so many, at least 1
public record FailedQuery(
    @Nullable String queue, @Nullable String taskPath, @Nullable Mark before, int limit) {
  public FailedQuery {
    if (limit < 1) {
      throw new IllegalArgumentException("limit must be at least 1, was " + limit);
    }
  }

  /// The newest `limit` of all.
  public static FailedQuery newest(int limit) {
    return new FailedQuery(null, null, null, limit);
  }

  /// Only tasks of `name`; null for all.
  public FailedQuery inQueue(@Nullable String name) {
    return new FailedQuery(name, taskPath, before, limit);
  }

  /// Only tasks of the code at `path`; null for all.
  public FailedQuery ofPath(@Nullable String path) {
    return new FailedQuery(queue, path, before, limit);
  }

  /// The page after the one that ended with `last`.
  public FailedQuery after(TaskRun last) {
    var failedAt = Objects.requireNonNull(last.times().failedAt(), "only failed tasks are listed");
    return new FailedQuery(queue, taskPath, new Mark(failedAt, last.resultId()), limit);
  }

  /// A place in the order, which is by time and then by id, both falling.
  public record Mark(Instant failedAt, long resultId) {}
}
