package io.reproq.jdbc.sqlite;

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
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads tasks as the world may see them.
final class TaskRuns {
  /// The version of a task that succeeded at its first attempt, without any detour.
  private static final long STRAIGHT = 3;

  private static final Query FIND = SqliteStore.READ.get("find");
  private static final Query LIST_ALL = SqliteStore.READ.get("list_all");
  private static final Query LIST_PATH = SqliteStore.READ.get("list_path");
  private static final Query LIST_QUEUE = SqliteStore.READ.get("list_queue");
  private static final Query LIST_STATUS = SqliteStore.READ.get("list_status");
  private static final Query NEWEST_FAILED = FailedTask.SQL.get("newest_failed");
  private static final Query FAILURES = SqliteStore.READ.get("failures");

  private final Readers.Source source;

  TaskRuns(Readers.Source source) {
    this.source = source;
  }

  List<TaskRun> find(Collection<Long> resultIds) throws SQLException {
    return withErrors(source.on(FIND).set("ids", Values.ids(resultIds)).list(Found::read));
  }

  List<TaskRun> list(TaskQuery query) throws SQLException {
    return withErrors(prepared(query).list(Found::read));
  }

  /// The newest failure first. What is failed no more when it is read is left out.
  List<TaskRun> failed(FailedQuery query) throws SQLException {
    var before = query.before();
    var ids =
        source
            .on(NEWEST_FAILED)
            .set("failed_at", before == null ? Long.MAX_VALUE : Micros.of(before.failedAt()))
            .set("before_id", before == null ? Long.MAX_VALUE : before.resultId())
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
    var status = query.status() == null ? null : query.status().name();
    if (query.taskPath() != null) {
      return paged(LIST_PATH, query)
          .set("task_path", query.taskPath())
          .set("queue_name", query.queue())
          .set("status", status);
    }
    if (query.queue() != null) {
      return paged(LIST_QUEUE, query).set("queue_name", query.queue()).set("status", status);
    }
    return status == null
        ? paged(LIST_ALL, query)
        : paged(LIST_STATUS, query).set("status", status);
  }

  private PreparedQuery paged(Query statement, TaskQuery query) throws SQLException {
    return source.on(statement).set("after_id", query.afterId()).set("limit", query.limit());
  }

  private List<TaskRun> withErrors(List<Found> found) throws SQLException {
    var ids = found.stream().filter(Found::mayHaveErrors).map(task -> task.id).toList();
    var errors = ids.isEmpty() ? Map.<Long, List<AttemptError>>of() : errors(ids);
    return found.stream().map(task -> task.run(errors.getOrDefault(task.id, List.of()))).toList();
  }

  private Map<Long, List<AttemptError>> errors(List<Long> ids) throws SQLException {
    var byTask = new HashMap<Long, List<AttemptError>>();
    var rows =
        source
            .on(FAILURES)
            .set("ids", Values.ids(ids))
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
        Micros.time(row.number("at")),
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
              row.text("spec_hash"),
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
          row.number("cancel_requested") != 0,
          row.textOrNull("leased_by"),
          Micros.timeOrNull(row.numberOrNull("leased_until")),
          Values.texts(row.textOrNull("worker_ids")));
    }

    private static TaskRun.Extras extras(PreparedQuery.Row row) throws SQLException {
      var metadata = row.textOrNull("metadata_json");
      return new TaskRun.Extras(
          row.text("backend_alias"),
          row.numberOrNull("parent_id"),
          Values.uuidOrNull(row.textOrNull("workflow_id")),
          metadata == null ? Json.EMPTY_OBJECT : new Json(metadata),
          row.textOrNull("logs_uri"),
          null);
    }

    private static TaskRun.Times times(PreparedQuery.Row row) throws SQLException {
      var finishedAt = Micros.timeOrNull(row.numberOrNull("finished_at"));
      return new TaskRun.Times(
          Micros.time(row.number("enqueued_at")),
          Micros.timeOrNull(row.numberOrNull("run_after")),
          Micros.timeOrNull(row.numberOrNull("started_at")),
          Micros.timeOrNull(row.numberOrNull("last_attempted_at")),
          finishedAt,
          row.text("status").equals(TaskStatus.FAILED.name()) ? finishedAt : null,
          Micros.timeOrNull(row.numberOrNull("expires_at")));
    }
  }
}
