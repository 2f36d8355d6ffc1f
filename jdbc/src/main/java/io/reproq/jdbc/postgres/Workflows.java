package io.reproq.jdbc.postgres;

import io.reproq.jdbc.PreparedQuery;
import io.reproq.jdbc.Query;
import io.reproq.json.Json;
import io.reproq.store.WorkflowRun;
import io.reproq.store.WorkflowStatus;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// Looks at workflows.
final class Workflows {
  private static final Query RESULTS = EnqueueWorkflow.SQL.get("results");
  private static final Query FIND_WORKFLOW = EnqueueWorkflow.SQL.get("find_workflow");

  private Workflows() {}

  /// What the direct predecessors of a task returned, in the order of members.
  static List<Json> results(Transaction transaction, long resultId) throws SQLException {
    return transaction
        .on(RESULTS)
        .set("result_id", resultId)
        .list(row -> new Json(row.text("return_json")));
  }

  static Optional<WorkflowRun> find(Transaction transaction, UUID id) throws SQLException {
    return Optional.ofNullable(
        transaction.on(FIND_WORKFLOW).set("workflow_id", id).first(Workflows::read));
  }

  private static WorkflowRun read(PreparedQuery.Row row) throws SQLException {
    return new WorkflowRun(
        UUID.fromString(row.text("workflow_id")),
        WorkflowStatus.valueOf(row.text("status")),
        row.integer("expected_count"),
        new WorkflowRun.Ended(row.integer("success_count"), row.integer("failure_count")),
        row.numberOrNull("callback_result_id"),
        Times.time(row, "created_at"),
        Times.time(row, "updated_at"));
  }
}
