package io.reproq.testkit;

import io.reproq.store.TaskRun;
import io.reproq.store.TaskRun.AttemptError;
import io.reproq.task.FailureKind;
import io.reproq.task.TaskStatus;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.assertj.core.api.AbstractAssert;
import org.jspecify.annotations.Nullable;

/// Assertions about one task: `assertThat(run).isReady().hasAttempts(2)`.
public final class TaskRunAssert extends AbstractAssert<TaskRunAssert, TaskRun> {

  private TaskRunAssert(TaskRun actual) {
    super(actual, TaskRunAssert.class);
  }

  /// Starts assertions about `actual`.
  public static TaskRunAssert assertThat(TaskRun actual) {
    return new TaskRunAssert(actual);
  }

  /// It can be claimed now.
  public TaskRunAssert isReady() {
    return isIn(TaskStatus.READY, "ready");
  }

  /// Its time has not come.
  public TaskRunAssert isDeferred() {
    return isIn(TaskStatus.READY, "deferred");
  }

  /// It is blocked by what `key` names.
  public TaskRunAssert isParkedUnder(String key) {
    isIn(TaskStatus.READY, "parked");
    return same("parked key", key, actual.standing().parkedKey());
  }

  /// An attempt is under way, by the worker called `workerId`.
  public TaskRunAssert isRunningOn(String workerId) {
    isIn(TaskStatus.RUNNING, "running");
    return same("worker", workerId, actual.standing().leasedBy());
  }

  /// It is over and well.
  public TaskRunAssert isSuccessful() {
    return isIn(TaskStatus.SUCCESSFUL, "finished");
  }

  /// It is over and not well.
  public TaskRunAssert isFailed() {
    return isIn(TaskStatus.FAILED, "finished");
  }

  /// It was stopped.
  public TaskRunAssert isCancelled() {
    return isIn(TaskStatus.CANCELLED, "finished");
  }

  /// So many attempts count, the running one included.
  public TaskRunAssert hasAttempts(int attempts) {
    return same("attempts", attempts, actual.standing().attempts());
  }

  /// It has made its last transition with this version.
  public TaskRunAssert hasVersion(long version) {
    return same("version", version, actual.standing().version());
  }

  /// It must not start before `time`; null for no such time.
  public TaskRunAssert runsAfter(@Nullable Instant time) {
    return same("run_after", time, actual.times().runAfter());
  }

  /// It returned this JSON; null for nothing.
  public TaskRunAssert hasValue(@Nullable String json) {
    var value = actual.result().value();
    return same("value", json, value == null ? null : value.text());
  }

  /// Its end is summed up so; null for no error.
  public TaskRunAssert hasLastError(@Nullable String summary) {
    return same("last error", summary, actual.result().lastError());
  }

  /// What went wrong was of these kinds, oldest first.
  public TaskRunAssert hasErrors(FailureKind... kinds) {
    var found = actual.result().errors().stream().map(error -> error.failure().kind()).toList();
    return same("kinds of errors", List.of(kinds), found);
  }

  /// The newest error is `expected`.
  public TaskRunAssert endsWithError(AttemptError expected) {
    var errors = actual.result().errors();
    return same("newest error", expected, errors.isEmpty() ? null : errors.getLast());
  }

  /// Whether somebody wants it stopped.
  public TaskRunAssert hasCancelRequested(boolean requested) {
    return same("cancel request", requested, actual.standing().cancelRequested());
  }

  /// These workers ran it, attempt by attempt.
  public TaskRunAssert ranOn(String... workerIds) {
    return same("workers", List.of(workerIds), actual.standing().workerIds());
  }

  private TaskRunAssert isIn(TaskStatus status, String place) {
    same("place", place, actual.standing().place());
    return same("status", status, actual.standing().status());
  }

  private TaskRunAssert same(String what, @Nullable Object expected, @Nullable Object found) {
    isNotNull();
    if (!Objects.equals(expected, found)) {
      failWithMessage(
          "%s of task %s should be <%s>, was <%s>: %s",
          what, actual.resultId(), expected, found, actual);
    }
    return this;
  }
}
