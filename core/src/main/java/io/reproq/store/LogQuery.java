package io.reproq.store;

import io.reproq.store.LogPiece.Mark;
import org.jspecify.annotations.Nullable;

/// Which pieces of a task's output to read, the oldest first.
///
/// @param attempt only those of attempts with this number; null for all
/// @param after only those behind this place: where the read before this one stopped
/// @param limit at most so many, at least 1
public record LogQuery(long resultId, @Nullable Integer attempt, Mark after, int limit) {
  public LogQuery {
    if (limit < 1) {
      throw new IllegalArgumentException("limit must be at least 1, was " + limit);
    }
  }

  /// The first `limit` of all.
  public static LogQuery first(long resultId, int limit) {
    return new LogQuery(resultId, null, Mark.BEGINNING, limit);
  }

  /// Only those of attempts with `number`; null for all.
  public LogQuery ofAttempt(@Nullable Integer number) {
    return new LogQuery(resultId, number, after, limit);
  }

  /// Those behind `last`.
  public LogQuery after(LogPiece last) {
    return new LogQuery(resultId, attempt, last.mark(), limit);
  }
}
