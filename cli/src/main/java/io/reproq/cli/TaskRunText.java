package io.reproq.cli;

import io.reproq.cli.database.NamedDatabase;
import io.reproq.store.TaskRun;
import io.reproq.store.TaskRun.AttemptError;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A task as a block of lines for people.
final class TaskRunText {

  private final List<String> lines = new ArrayList<>();

  private TaskRunText() {}

  /// The block, without a line end.
  ///
  /// @param database in which the task lies
  static String of(TaskRun run, NamedDatabase database) {
    var text = new TaskRunText();
    text.line("task", database.id(run.resultId()));
    text.line("path", run.taskPath());
    text.line("status", run.standing().status() + because(run));
    text.line("queue", run.queue());
    text.line("attempts", attempts(run));
    text.line("args", json(run, "args"));
    text.line("kwargs", json(run, "kwargs"));
    text.line("enqueued", run.times().enqueuedAt());
    text.line("run after", run.times().runAfter());
    text.line("expires", run.times().expiresAt());
    text.line("workflow", run.extras().workflowId());
    var parent = run.extras().parentId();
    text.line("follows", parent == null ? null : database.id(parent));
    text.line("started", run.times().startedAt());
    text.line("finished", run.times().finishedAt());
    text.line("running on", run.standing().leasedBy());
    text.line("result", run.result().value());
    for (var error : run.result().errors()) {
      text.line(error.attempt() > 0 ? "attempt " + error.attempt() : "error", told(error));
    }
    text.line("progress", MetadataText.progress(run.extras().metadata()));
    text.line("metadata", MetadataText.rest(run.extras().metadata()));
    text.line("output", run.extras().logsUri());
    text.line("version", run.standing().version());
    return String.join("\n", text.lines);
  }

  /// The kind of error, what was thrown where something was, and what that said.
  private static String told(AttemptError error) {
    var failure = error.failure();
    var thrown = failure.exceptionClass();
    return "%s%s: %s (%s)"
        .formatted(
            failure.kind().label(),
            thrown == null || thrown.isEmpty() ? "" : ", " + thrown,
            failure.summary(),
            error.at());
  }

  /// Why a task that could run does not.
  private static String because(TaskRun run) {
    var standing = run.standing();
    var key = standing.parkedKey();
    var reason =
        switch (standing.place()) {
          case "deferred" ->
              standing.attempts() == 0 ? ", not due yet" : ", waits for its next attempt";
          case "waiting" -> ", waits for " + standing.waitCount() + " other tasks";
          case "parked" -> key == null ? "" : parked(key);
          default -> "";
        };
    return standing.cancelRequested() ? reason + ", cancel requested" : reason;
  }

  /// Attempts so far, and how many there may be, as in `2/3`.
  static String attemptsOf(TaskRun run) {
    return run.standing().attempts() + "/" + maxAttempts(run).asString("3");
  }

  private static JsonNode maxAttempts(TaskRun run) {
    return run.spec().tree().path("exec").path("max_attempts");
  }

  private static String parked(String key) {
    var colon = key.indexOf(':') + 1;
    var what = key.substring(colon);
    return ", parked"
        + switch (key.substring(0, colon)) {
          case "path:" -> ": no worker handles " + what;
          case "lock:" -> ": another task holds the lock '" + what + "'";
          case "slot:" -> ": no room under '" + what + "'";
          case "rate:" -> ": waits for a token of the rate limit " + what;
          default -> " under " + key;
        };
  }

  private static String attempts(TaskRun run) {
    var most = maxAttempts(run);
    return run.standing().attempts() + (most.isMissingNode() ? "" : " of " + most);
  }

  private static @Nullable String json(TaskRun run, String part) {
    var node = run.spec().tree().path(part);
    return node.isEmpty() ? null : node.toString();
  }

  private void line(String name, @Nullable Object value) {
    if (value != null) {
      lines.add("%-11s %s".formatted(name, value));
    }
  }
}
