package io.reproq.jdbc.sqlite;

import io.reproq.jdbc.PreparedQuery;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/// The row of a task that was just taken out of its place, and has to go somewhere.
///
/// @param version that it had there
/// @param attempts that it had there; the running one included
/// @param startedAt start of its first attempt, null when there was none
/// @param lastAttemptedAt start of its last attempt, null when there was none
/// @param workerIds JSON array of the workers of its attempts, null when there was none
/// @param isTied 1 when something beside its rank decides when it starts, or others wait for its
///   end; else null
record PlacedTask(
    long resultId,
    String queue,
    String taskPath,
    long rank,
    long version,
    int attempts,
    @Nullable Long startedAt,
    @Nullable Long lastAttemptedAt,
    @Nullable String workerIds,
    @Nullable Long isTied) {

  static PlacedTask read(PreparedQuery.Row row) throws SQLException {
    return new PlacedTask(
        row.number("result_id"),
        row.text("queue_name"),
        row.text("task_path"),
        row.number("rank"),
        row.number("version"),
        row.integer("attempts"),
        row.numberOrNull("started_at"),
        row.numberOrNull("last_attempted_at"),
        row.textOrNull("worker_ids"),
        row.numberOrNull("is_tied"));
  }
}
