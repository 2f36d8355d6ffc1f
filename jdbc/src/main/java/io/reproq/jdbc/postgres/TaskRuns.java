package io.reproq.jdbc.postgres;

import io.reproq.jdbc.PreparedQuery;
import io.reproq.jdbc.Query;
import io.reproq.json.Json;
import io.reproq.store.FailedQuery;
import io.reproq.store.TaskQuery;
import io.reproq.store.TaskRun;
import io.reproq.store.TaskRun.AttemptError;
import io.reproq.task.Failure;
import io.reproq.task.FailureKind;
import io.reproq.task.TaskStatus;
import java.sql.SQLException;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Reads tasks as the world may see them.
final class TaskRuns {
  /// The version of a task that succeeded at its first attempt, without any detour.
  private static final long STRAIGHT = 3;

  private static final Query FIND = PostgresStore.READ.get("find");
  private static final Query LIST_ALL = PostgresStore.READ.get("list_all");
  private static final Query LIST_SOME = PostgresStore.READ.get("list_some");
  private static final Query NEWEST_FAILED = Retry.SQL.get("newest_failed");
  private static final Query FAILURES = PostgresStore.READ.get("failures");

  private final Transaction transaction;

  TaskRuns(Transaction transaction) {
    this.transaction = transaction;
  }

  List<TaskRun> find(Collection<Long> resultIds) throws SQLException {
    return withErrors(Columns.ids(transaction.on(FIND), resultIds).list(Found::read));
  }

  List<TaskRun> list(TaskQuery query) throws SQLException {
    return withErrors(prepared(query).list(Found::read));
  }

  /// The newest failure first. What is failed no more when it is read is left out.
  List<TaskRun> failed(FailedQuery query) throws SQLException {
    var before = query.before();
    var ids =
        transaction
            .on(NEWEST_FAILED)
            .set("failed_at", before == null ? null : before.failedAt().atOffset(ZoneOffset.UTC))
            .set("before_id", before == null ? null : before.resultId())
            .set("queue_name", query.queue())
            .set("task_path", query.taskPath())
            .set("limit", query.limit())
            .list(row -> row.number("result_id"));
    var found = new HashMap<Long, TaskRun>();
    find(ids).forEach(run -> found.put(run.resultId(), run));
    return ids.stream()
        .map(found::get)
        .filter(run -> run != null && run.standing().status() == TaskStatus.FAILED)
        .toList();
  }

  private PreparedQuery prepared(TaskQuery query) throws SQLException {
    var status = query.status();
    if (query.taskPath() == null && query.queue() == null && status == null) {
      return paged(LIST_ALL, query);
    }
    return paged(LIST_SOME, query)
        .set("task_path", query.taskPath())
        .set("queue_name", query.queue())
        .set("status", status == null ? null : status.name());
  }

  private PreparedQuery paged(Query statement, TaskQuery query) throws SQLException {
    return transaction.on(statement).set("after_id", query.afterId()).set("limit", query.limit());
  }

  private List<TaskRun> withErrors(List<Found> found) throws SQLException {
    var ids = found.stream().filter(Found::mayHaveErrors).map(task -> task.id).toList();
    var errors = ids.isEmpty() ? Map.<Long, List<AttemptError>>of() : errors(ids);
    return found.stream().map(task -> task.run(errors.getOrDefault(task.id, List.of()))).toList();
  }

  private Map<Long, List<AttemptError>> errors(List<Long> ids) throws SQLException {
    var byTask = new HashMap<Long, List<AttemptError>>();
    var rows =
        Columns.ids(transaction.on(FAILURES), ids)
            .list(row -> Map.entry(row.number("result_id"), error(row)));
    for (var row : rows) {
      byTask.computeIfAbsent(row.getKey(), key -> new ArrayList<>()).add(row.getValue());
    }
    return byTask;
  }

  private static AttemptError error(PreparedQuery.Row row) throws SQLException {
    var failure =
        new Failure(
            FailureKind.of(row.text("kind")),
            row.textOrNull("exception_class"),
            row.text("message"),
            row.textOrNull("traceback"));
    return new AttemptError(
        failure,
        row.integer("attempt"),
        Times.time(row, "at"),
        row.textOrNull("worker_id"),
        row.numberOrNull("failed_result_id"));
  }

  private static @Nullable Json json(@Nullable String text) {
    return text == null ? null : new Json(text);
  }

  /// A task without its errors, which are read for all at once.
  private record Found(long id, TaskRun bare, @Nullable Json value, @Nullable String lastError) {

    static Found read(PreparedQuery.Row row) throws SQLException {
      var value = json(row.textOrNull("return_json"));
      var lastError = row.textOrNull("last_error");
      var run =
          new TaskRun(
              row.number("result_id"),
              row.text("task_path"),
              row.text("queue_name"),
              new Json(row.text("spec_json")),
              HexFormat.of().formatHex(row.bytes("spec_hash")),
              json(row.textOrNull("headers")),
              standing(row),
              times(row),
              new TaskRun.Result(value, List.of(), lastError),
              extras(row));
      return new Found(run.resultId(), run, value, lastError);
    }

    /// One that went from ready to running to its end has none. Attempts alone do not tell: they
    /// are counted anew when a failed task is retried.
    boolean mayHaveErrors() {
      var standing = bare.standing();
      return standing.status() != TaskStatus.SUCCESSFUL
          || standing.attempts() > 1
          || standing.version() > STRAIGHT;
    }

    TaskRun run(List<AttemptError> errors) {
      return errors.isEmpty()
          ? bare
          : bare.withResult(new TaskRun.Result(value, errors, lastError));
    }

    private static TaskRun.Standing standing(PreparedQuery.Row row) throws SQLException {
      return new TaskRun.Standing(
          TaskStatus.valueOf(row.text("status")),
          row.text("place"),
          row.textOrNull("parked_key"),
          row.number("version"),
          row.integer("attempts"),
          row.integer("wait_count"),
          row.flag("cancel_requested"),
          row.textOrNull("leased_by"),
          Times.timeOrNull(row, "leased_until"),
          row.texts("worker_ids"));
    }

    private static TaskRun.Extras extras(PreparedQuery.Row row) throws SQLException {
      var metadata = row.textOrNull("metadata_json");
      return new TaskRun.Extras(
          row.text("backend_alias"),
          row.numberOrNull("parent_id"),
          row.value("workflow_id", UUID.class),
          metadata == null ? Json.EMPTY_OBJECT : new Json(metadata),
          row.textOrNull("logs_uri"),
          row.textOrNull("artifacts_uri"));
    }

    private static TaskRun.Times times(PreparedQuery.Row row) throws SQLException {
      var finishedAt = Times.timeOrNull(row, "finished_at");
      return new TaskRun.Times(
          Times.time(row, "enqueued_at"),
          Times.timeOrNull(row, "run_after"),
          Times.timeOrNull(row, "started_at"),
          Times.timeOrNull(row, "last_attempted_at"),
          finishedAt,
          row.text("status").equals(TaskStatus.FAILED.name()) ? finishedAt : null,
          Times.timeOrNull(row, "expires_at"));
    }
  }
}
