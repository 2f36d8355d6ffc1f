package io.reproq.jdbc.sqlite;

import io.reproq.jdbc.Query;
import io.reproq.store.EnqueuedWorkflow;
import io.reproq.store.NewTask;
import io.reproq.store.NewTask.Moment;
import io.reproq.store.NewWorkflow;
import io.reproq.store.NewWorkflow.Member;
import io.reproq.store.WorkflowRun.Ended;
import io.reproq.store.WorkflowStatus;
import io.reproq.task.TaskStatus;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Makes a workflow durable.
final class EnqueueWorkflow implements Transaction.Verb<EnqueuedWorkflow> {
  private static final Query INSERT_WORKFLOW = Workflows.SQL.get("insert_workflow");
  private static final Query JOIN_WORKFLOW = Workflows.SQL.get("join_workflow");
  private static final Query INSERT_WAITING = Workflows.SQL.get("insert_waiting");
  private static final Query INSERT_READY = Workflows.SQL.get("insert_ready");
  private static final Query INSERT_DEFERRED = SqliteStore.SQL.get("insert_new_deferred");
  private static final Query INSERT_DEPENDENCIES = Workflows.SQL.get("insert_dependencies");

  private final UUID id = UUID.randomUUID();
  private final NewWorkflow workflow;

  /// Gets `workflow` ready for the writer, on the caller's thread.
  ///
  /// @throws io.reproq.store.StoreException when a task of it holds what cannot be stored
  EnqueueWorkflow(NewWorkflow workflow) {
    this.workflow = workflow;
    Enqueue.prepare(workflow.members().stream().map(Member::task).toList());
    if (workflow.onFailure() != null) {
      Enqueue.prepare(List.of(workflow.onFailure()));
    }
  }

  @Override
  public EnqueuedWorkflow in(Transaction transaction) throws SQLException {
    var members = workflow.members();
    var first = Enqueue.reserve(transaction, members.size());
    var ids = new ArrayList<Long>(members.size());
    for (var i = 0; i < members.size(); i++) {
      ids.add(first + i);
      add(transaction, members.get(i), ids);
    }
    insert(transaction, ids);
    return new EnqueuedWorkflow(id, ids);
  }

  private void insert(Transaction transaction, List<Long> ids) throws SQLException {
    var callback = workflow.callback();
    var expected = ids.size() - (callback == null ? 0 : 1);
    var status =
        WorkflowStatus.of(expected, new Ended(0, 0), callback == null ? null : TaskStatus.WAITING);
    var task = workflow.onFailure();
    var headers = task == null ? null : task.headers();
    transaction
        .on(INSERT_WORKFLOW)
        .set("workflow_id", Workflows.text(id))
        .set("expected_count", expected)
        .set("callback_result_id", callback == null ? null : ids.get(callback))
        .set("status", status.name())
        .set("now", transaction.micros())
        .set("failure_spec", task == null ? null : task.spec().text())
        .set("failure_headers", headers == null ? null : headers.text())
        .set("failure_start", at(task == null ? null : task.start()))
        .set("failure_delay", after(task == null ? null : task.start()))
        .set("failure_expiry", at(task == null ? null : task.expiry()))
        .set("failure_life", after(task == null ? null : task.expiry()))
        .update();
  }

  /// Adds the member with the last of `ids`.
  private void add(Transaction transaction, Member member, List<Long> ids) throws SQLException {
    var task = member.task();
    var resultId = ids.getLast();
    var predecessors = member.predecessors();
    Enqueue.insert(transaction, resultId, task);
    var callback = workflow.callback();
    var isCallback = callback != null && callback == ids.size() - 1;
    transaction
        .on(JOIN_WORKFLOW)
        .set("workflow_id", Workflows.text(id))
        .set(
            "parent_id",
            predecessors.size() == 1 && !isCallback ? ids.get(predecessors.getFirst()) : null)
        .set("result_id", resultId)
        .update();
    place(transaction, task, resultId, predecessors.size());
    if (!predecessors.isEmpty()) {
      transaction
          .on(INSERT_DEPENDENCIES)
          .set("dependant_id", resultId)
          .set("ids", Values.ids(predecessors.stream().map(ids::get).toList()))
          .update();
    }
  }

  private static void place(Transaction transaction, NewTask task, long resultId, int predecessors)
      throws SQLException {
    var delay = task.start().from(transaction.now());
    var runAfter = delay.isPositive() ? (Long) Micros.after(transaction.now(), delay) : null;
    var status = predecessors > 0 ? TaskStatus.WAITING : TaskStatus.READY;
    transaction.counters().add(task.spec().queue(), status, 1);
    if (predecessors > 0) {
      transaction
          .on(INSERT_WAITING)
          .set("result_id", resultId)
          .set("run_after", runAfter)
          .set("wait_count", predecessors)
          .update();
    } else if (runAfter != null) {
      transaction
          .on(INSERT_DEFERRED)
          .set("result_id", resultId)
          .set("run_after", runAfter)
          .update();
    } else {
      transaction.on(INSERT_READY).set("result_id", resultId).update();
      transaction.bringWork();
    }
  }

  private static @Nullable Long at(@Nullable Moment moment) {
    return moment instanceof Moment.At(Instant time) ? Micros.of(time) : null;
  }

  private static @Nullable Long after(@Nullable Moment moment) {
    return moment instanceof Moment.After(var delay) ? Micros.of(delay) : null;
  }
}
