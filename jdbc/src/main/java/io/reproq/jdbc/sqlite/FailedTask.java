package io.reproq.jdbc.sqlite;

import io.reproq.jdbc.Queries;
import io.reproq.jdbc.Query;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/// A task that is FAILED, and that an operator wants something of.
///
/// @param attempts that it had
/// @param isUnique whether it must not have an unfinished twin
record FailedTask(long resultId, String queue, int attempts, String specHash, boolean isUnique) {
  static final Queries SQL = Queries.of(FailedTask.class, "triage.sql");

  private static final Query FAILED = SQL.get("failed");

  /// The failed task with that id, null when there is none.
  static @Nullable FailedTask find(Transaction transaction, long resultId) throws SQLException {
    return transaction
        .on(FAILED)
        .set("result_id", resultId)
        .first(row ->
            new FailedTask(
                resultId,
                row.text("queue_name"),
                row.integer("attempts"),
                row.text("spec_hash"),
                row.number("is_unique") != 0));
  }
}
