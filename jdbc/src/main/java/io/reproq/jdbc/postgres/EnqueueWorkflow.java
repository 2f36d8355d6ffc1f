package io.reproq.jdbc.postgres;

import io.reproq.jdbc.PreparedQuery;
import io.reproq.jdbc.Queries;
import io.reproq.jdbc.Query;
import io.reproq.store.EnqueuedWorkflow;
import io.reproq.store.NewTask;
import io.reproq.store.NewWorkflow;
import io.reproq.store.NewWorkflow.Member;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Makes a workflow durable, in one statement. Its id is fixed beforehand, so that sending it again
/// makes no second one.
final class EnqueueWorkflow implements Transaction.Verb<EnqueuedWorkflow> {
  static final Queries SQL = Queries.of(EnqueueWorkflow.class, "workflows.sql");

  private static final Query ENQUEUE_WORKFLOW = SQL.get("enqueue_workflow");

  private final UUID id = UUID.randomUUID();
  private final NewWorkflow workflow;

  /// Gets `workflow` ready.
  ///
  /// @throws io.reproq.store.StoreException when a task of it holds what cannot be stored
  EnqueueWorkflow(NewWorkflow workflow) {
    this.workflow = workflow;
    Enqueue.check(tasks());
    if (workflow.onFailure() != null) {
      Enqueue.check(List.of(workflow.onFailure()));
    }
  }

  @Override
  public EnqueuedWorkflow in(Transaction transaction) throws SQLException {
    var query = transaction.onNow(ENQUEUE_WORKFLOW).set("workflow_id", id);
    new Columns<>(query, tasks())
        .texts("paths", task -> task.spec().taskPath())
        .texts("queues", task -> task.spec().queue())
        .integers("priorities", task -> task.spec().priority())
        .texts("specs", task -> task.spec().text())
        .integers("max_attempts", task -> task.spec().retry().maxAttempts())
        .doubles("timeouts", Enqueue::timeoutSeconds)
        .texts("lock_keys", task -> task.spec().limits().lockKey())
        .texts("concurrency_keys", task -> task.spec().limits().concurrencyKey())
        .integers("concurrency_limits", task -> task.spec().limits().concurrencyLimit())
        .texts("headers", EnqueueWorkflow::headers)
        .longs("starts", task -> Enqueue.at(task.start()))
        .longs("delays", task -> Enqueue.after(task.start()))
        .longs("expiries", task -> Enqueue.at(task.expiry()))
        .longs("lives", task -> Enqueue.after(task.expiry()));
    setDependencies(query);
    setOnFailure(query);
    var callback = workflow.callback();
    query.set("callback", callback == null ? null : callback + 1);
    var ids = query.list(row -> row.number("result_id"));
    transaction.bringWork();
    return new EnqueuedWorkflow(id, ids);
  }

  private List<NewTask> tasks() {
    return workflow.members().stream().map(Member::task).toList();
  }

  /// As pairs of positions, which the database counts from 1.
  private void setDependencies(PreparedQuery query) throws SQLException {
    var froms = new ArrayList<Integer>();
    var tos = new ArrayList<Integer>();
    for (var i = 0; i < workflow.members().size(); i++) {
      for (var predecessor : workflow.members().get(i).predecessors()) {
        froms.add(predecessor + 1);
        tos.add(i + 1);
      }
    }
    new Columns<>(query, froms).integers("froms", position -> position);
    new Columns<>(query, tos).integers("tos", position -> position);
  }

  private void setOnFailure(PreparedQuery query) throws SQLException {
    var task = workflow.onFailure();
    query
        .set("failure_spec", task == null ? null : task.spec().text())
        .set("failure_headers", task == null ? null : headers(task))
        .set("failure_start", task == null ? null : Enqueue.at(task.start()))
        .set("failure_delay", task == null ? null : Enqueue.after(task.start()))
        .set("failure_expiry", task == null ? null : Enqueue.at(task.expiry()))
        .set("failure_life", task == null ? null : Enqueue.after(task.expiry()));
  }

  private static @Nullable String headers(NewTask task) {
    var headers = task.headers();
    return headers == null ? null : headers.text();
  }
}
