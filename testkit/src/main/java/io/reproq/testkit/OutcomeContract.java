package io.reproq.testkit;

import static io.reproq.testkit.TaskRunAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.json.Json;
import io.reproq.retry.RetryPolicy;
import io.reproq.store.Settled;
import io.reproq.store.TaskRun.AttemptError;
import io.reproq.task.Failure;
import io.reproq.task.FailureKind;
import io.reproq.task.Outcome;
import io.reproq.task.Place;
import io.reproq.task.Spec;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// What a task looks like after each kind of outcome was settled.
abstract class OutcomeContract {
  private final Stage stage;

  OutcomeContract(Stage stage) {
    this.stage = stage;
  }

  @Test
  void a_success_keeps_its_value_and_its_times() {
    var worker = stage.worker("anna");
    var task = stage.running(worker);
    stage.advance(Duration.ofSeconds(7));

    worker.settle(task, new Outcome.Succeeded(new Json("{\"b\": 1, \"a\": [1.50]}")));

    var run = stage.get(task.resultId());
    assertThat(run)
        .isSuccessful()
        .hasAttempts(1)
        .hasValue("{\"b\": 1, \"a\": [1.50]}")
        .hasErrors()
        .hasLastError(null)
        .ranOn("anna");
    assertThat(run.times().startedAt()).isEqualTo(SettableClock.START);
    assertThat(run.times().finishedAt()).isEqualTo(SettableClock.START.plusSeconds(7));
    assertThat(run.times().failedAt()).isNull();
  }

  @Test
  void an_infrastructure_error_uses_up_attempts_like_any_other() {
    var id = stage.enqueue(Spec.of(Stage.GREET).retry(RetryPolicy.DEFAULT.withMaxAttempts(2)));
    var worker = stage.worker("anna");
    var timeout = Failure.of(FailureKind.INFRA_ERROR, "timed out after 900s");

    worker.settle(worker.claimOne(), new Outcome.Failed(timeout, true));
    assertThat(stage.get(id)).isDeferred().runsAfter(stage.clock().now().plusSeconds(30));
    stage.advance(Duration.ofSeconds(30));
    stage.store().promote(1);
    worker.settle(worker.claimOne(), new Outcome.Failed(timeout, true));

    assertThat(stage.get(id))
        .isFailed()
        .hasAttempts(2)
        .hasErrors(FailureKind.INFRA_ERROR, FailureKind.INFRA_ERROR)
        .hasLastError("timed out after 900s");
  }

  @Test
  void a_failure_that_its_policy_calls_final_is_not_tried_again() {
    var policy = RetryPolicy.DEFAULT.withNonRetryable("java.lang.IllegalStateException");
    var id = stage.enqueue(Spec.of(Stage.GREET).retry(policy));
    var worker = stage.worker("anna");

    worker.settle(worker.claimOne(), Stage.failure());

    assertThat(stage.get(id)).isFailed().hasAttempts(1).hasErrors(FailureKind.APP_ERROR);
  }

  @Test
  void the_summary_of_a_long_error_is_cut_between_two_characters() {
    var worker = stage.worker("anna");
    var task = stage.running(worker);
    var message = "x" + "ü".repeat(600);

    worker.settle(task, new Outcome.Failed(Failure.of(FailureKind.APP_ERROR, message), false));

    assertThat(stage.get(task.resultId())).hasLastError("x" + "ü".repeat(511));
    assertThat(stage.get(task.resultId()).result().errors().getFirst().failure().message())
        .isEqualTo(message);
  }

  @Test
  void a_failure_that_is_worth_another_attempt_waits_for_it() {
    var worker = stage.worker("anna");
    var task = stage.running(worker);

    var settled = worker.settle(task, Stage.failure());

    var now = stage.clock().now();
    assertThat(settled)
        .isEqualTo(new Settled.Applied(new Place.Deferred(1, Duration.ofSeconds(30))));
    var run = stage.get(task.resultId());
    assertThat(run)
        .isDeferred()
        .hasAttempts(1)
        .runsAfter(now.plusSeconds(30))
        .hasLastError(null)
        .endsWithError(new AttemptError(Stage.BOOM, 1, now, "anna"))
        .ranOn("anna");
    assertThat(run.times().finishedAt()).isNull();
  }

  @Test
  void the_delay_counts_from_the_settlement() {
    var worker = stage.worker("anna");
    var task = stage.running(worker);
    stage.advance(Duration.ofSeconds(100));

    worker.settle(task, Stage.failure());

    assertThat(stage.get(task.resultId())).runsAfter(SettableClock.START.plusSeconds(130));
  }

  @Test
  void a_failure_without_delay_is_ready_at_once() {
    var worker = stage.worker("anna");
    var id = stage.enqueue(Spec.of(Stage.GREET).retry(eager(2)));

    worker.settle(worker.claimOne(), Stage.failure());

    assertThat(stage.get(id)).isReady().hasAttempts(1);
    assertThat(worker.claimOne().attempt()).isEqualTo(2);
  }

  @Test
  void the_last_failure_ends_the_task_and_keeps_them_all() {
    var worker = stage.worker("anna");
    var id = stage.enqueue(Spec.of(Stage.GREET).retry(eager(2)));
    worker.settle(worker.claimOne(), Stage.failure());
    stage.advance(Duration.ofSeconds(1));
    var last = new Failure(FailureKind.INFRA_ERROR, null, "timed out", null);

    worker.settle(worker.claimOne(), new Outcome.Failed(last, true));

    var now = stage.clock().now();
    var run = stage.get(id);
    assertThat(run)
        .isFailed()
        .hasAttempts(2)
        .hasLastError("timed out")
        .hasErrors(FailureKind.APP_ERROR, FailureKind.INFRA_ERROR)
        .endsWithError(new AttemptError(last, 2, now, "anna"));
    assertThat(run.times().finishedAt()).isEqualTo(now);
    assertThat(run.times().failedAt()).isEqualTo(now);
  }

  @Test
  void a_failure_that_is_worth_no_other_attempt_ends_the_task() {
    var worker = stage.worker("anna");
    var task = stage.running(worker);

    worker.settle(task, new Outcome.Failed(Stage.BOOM, false));

    assertThat(stage.get(task.resultId())).isFailed().hasAttempts(1).hasLastError("boom");
  }

  @Test
  void a_success_keeps_the_failures_before_it() {
    var worker = stage.worker("anna");
    var id = stage.enqueue(Spec.of(Stage.GREET).retry(eager(2)));
    worker.settle(worker.claimOne(), Stage.failure());

    worker.settle(worker.claimOne(), Stage.success());

    assertThat(stage.get(id))
        .isSuccessful()
        .hasAttempts(2)
        .hasErrors(FailureKind.APP_ERROR)
        .hasLastError(null);
  }

  @Test
  void a_snoozed_attempt_does_not_count() {
    var worker = stage.worker("anna");
    var task = stage.running(worker);

    worker.settle(task, new Outcome.Snoozed(Duration.ofSeconds(5)));

    assertThat(stage.get(task.resultId()))
        .isDeferred()
        .hasAttempts(0)
        .hasErrors()
        .runsAfter(stage.clock().now().plusSeconds(5));
    stage.advance(Duration.ofSeconds(5));
    stage.store().promote(1);
    assertThat(worker.claimOne().attempt()).isEqualTo(1);
  }

  @Test
  void an_attempt_that_is_given_back_does_not_count() {
    var worker = stage.worker("anna");
    var task = stage.running(worker);

    worker.settle(task, new Outcome.GivenBack());

    assertThat(stage.get(task.resultId())).isReady().hasAttempts(0).hasErrors();
    assertThat(worker.claimOne().attempt()).isEqualTo(1);
  }

  @Test
  void attempts_before_a_snoozed_one_still_count() {
    var worker = stage.worker("anna");
    var id = stage.enqueue(Spec.of(Stage.GREET).retry(eager(2)));
    worker.settle(worker.claimOne(), Stage.failure());

    worker.settle(worker.claimOne(), new Outcome.Snoozed(Duration.ZERO));

    assertThat(stage.get(id)).isReady().hasAttempts(1);
    assertThat(worker.claimOne().attempt()).isEqualTo(2);
  }

  @Test
  void a_stopped_attempt_cancels_the_task_and_says_why() {
    var worker = stage.worker("anna");
    var task = stage.running(worker);
    var failure = Failure.of(FailureKind.CANCELLED, "stopped by an operator");

    worker.settle(task, new Outcome.Cancelled(failure));

    assertThat(stage.get(task.resultId()))
        .isCancelled()
        .hasAttempts(1)
        .hasErrors(FailureKind.CANCELLED)
        .hasLastError("stopped by an operator");
  }

  @Test
  void every_transition_makes_a_new_version() {
    var worker = stage.worker("anna");
    var id = stage.enqueue();
    var version = stage.get(id).standing().version();

    var task = worker.claimOne();
    assertThat(stage.get(id)).hasVersion(version + 1);
    worker.settle(task, Stage.failure());
    assertThat(stage.get(id)).hasVersion(version + 2);
    stage.advance(Duration.ofSeconds(30));
    stage.store().promote(1);
    assertThat(stage.get(id)).hasVersion(version + 3);
    worker.settle(worker.claimOne(), Stage.success());
    assertThat(stage.get(id)).hasVersion(version + 5);
  }

  static RetryPolicy eager(int attempts) {
    return RetryPolicy.DEFAULT.withMaxAttempts(attempts).withBase(Duration.ZERO);
  }
}
