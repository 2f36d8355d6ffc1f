package io.reproq.cli;

import io.reproq.json.Json;
import io.reproq.store.TaskRun;
import io.reproq.store.TaskRun.AttemptError;
import io.reproq.task.FailureKind;
import java.time.Instant;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// A task as JSON: the columns of `task_runs`, then what this program knows beyond them.
final class TaskRunJson {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private TaskRunJson() {}

  static ObjectNode of(TaskRun run) {
    var out = NODES.objectNode();
    var spec = run.spec().tree();
    var exec = spec.path("exec");
    out.put("result_id", run.resultId());
    out.put("backend_alias", run.extras().backendAlias());
    out.put("queue_name", run.queue());
    out.put("priority", spec.path("priority").intValue(0));
    time(out, "run_after", run.times().runAfter());
    out.set("spec_json", spec);
    out.put("spec_hash", run.specHash());
    out.put("task_path", run.taskPath());
    out.put("status", run.standing().status().name());
    time(out, "enqueued_at", run.times().enqueuedAt());
    time(out, "started_at", run.times().startedAt());
    time(out, "last_attempted_at", run.times().lastAttemptedAt());
    time(out, "finished_at", run.times().finishedAt());
    out.put("attempts", run.standing().attempts());
    out.set("max_attempts", exec.path("max_attempts"));
    out.set("timeout_seconds", exec.path("timeout_seconds"));
    for (var key : new String[] {"lock_key", "concurrency_key", "concurrency_limit"}) {
      out.set(key, spec.path(key));
    }
    result(out, run);
    standing(out, run);
    return out;
  }

  private static void result(ObjectNode out, TaskRun run) {
    var workers = out.putArray("worker_ids");
    run.standing().workerIds().forEach(workers::add);
    json(out, "return_json", run.result().value());
    out.set("errors_json", errors(run));
    out.set("metadata_json", run.extras().metadata().tree());
    out.put("last_error", run.result().lastError());
    time(out, "failed_at", run.times().failedAt());
  }

  private static void standing(ObjectNode out, TaskRun run) {
    var standing = run.standing();
    time(out, "leased_until", standing.leasedUntil());
    out.put("leased_by", standing.leasedBy());
    var extras = run.extras();
    out.put("logs_uri", extras.logsUri());
    out.put("artifacts_uri", extras.artifactsUri());
    time(out, "expires_at", run.times().expiresAt());
    out.put("parent_id", extras.parentId());
    out.put("workflow_id", extras.workflowId() == null ? null : extras.workflowId().toString());
    out.put("wait_count", standing.waitCount());
    time(out, "created_at", run.times().enqueuedAt());
    time(out, "updated_at", updatedAt(run.times()));
    out.put("cancel_requested", standing.cancelRequested());
    out.put("place", standing.place());
    out.put("parked_key", standing.parkedKey());
    out.put("version", standing.version());
  }

  /// All that went wrong, as the column `errors_json` has it.
  static ArrayNode errors(TaskRun run) {
    var out = NODES.arrayNode();
    for (AttemptError error : run.result().errors()) {
      var failure = error.failure();
      var entry = out.addObject().put("kind", failure.kind().label());
      var isOfHandler = failure.kind() == FailureKind.APP_ERROR;
      put(entry, "exception_class", failure.exceptionClass(), isOfHandler);
      entry.put("message", failure.message());
      put(entry, "traceback", failure.traceback(), isOfHandler);
      entry.put("attempt", error.attempt());
      entry.put("at", error.at().toString());
      if (error.failedResultId() != null) {
        entry.put("failed_result_id", error.failedResultId());
      }
      put(entry, "worker_id", error.workerId(), /* isAlways= */ false);
      if (failure.kind() == FailureKind.CANCELLED
          || failure.kind() == FailureKind.SECURITY_VIOLATION) {
        entry.put("task_path", run.taskPath());
      }
    }
    return out;
  }

  private static void put(ObjectNode out, String key, @Nullable String value, boolean isAlways) {
    if (value != null || isAlways) {
      out.put(key, value == null ? "" : value);
    }
  }

  private static @Nullable Instant updatedAt(TaskRun.Times times) {
    return Stream.of(times.enqueuedAt(), times.lastAttemptedAt(), times.finishedAt())
        .filter(Objects::nonNull)
        .max(Instant::compareTo)
        .orElse(null);
  }

  private static void time(ObjectNode out, String column, @Nullable Instant time) {
    out.put(column, time == null ? null : time.toString());
  }

  private static void json(ObjectNode out, String column, @Nullable Json value) {
    out.set(column, value == null ? NODES.nullNode() : value.tree());
  }
}
