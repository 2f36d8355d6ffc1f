package io.reproq.testkit;

import static io.reproq.testkit.TaskRunAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.store.CancelAnswer;
import io.reproq.store.NewTask;
import io.reproq.store.Settled;
import io.reproq.task.Failure;
import io.reproq.task.FailureKind;
import io.reproq.task.Outcome;
import io.reproq.task.Place;
import io.reproq.task.Spec;
import io.reproq.task.TaskStatus;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// What [io.reproq.store.TaskStore#cancel] has to do.
abstract class CancelContract {
  private final Stage stage;

  CancelContract(Stage stage) {
    this.stage = stage;
  }

  @Test
  void ends_a_ready_task() {
    var id = stage.enqueue();

    assertThat(cancel(id)).isEqualTo(CancelAnswer.CANCELLED);

    var run = stage.get(id);
    assertThat(run).isCancelled().hasAttempts(0).hasErrors().hasLastError(null);
    assertThat(run.times().finishedAt()).isEqualTo(stage.clock().now());
    assertThat(stage.worker("anna").claim(1)).isEmpty();
  }

  @Test
  void ends_a_deferred_task() {
    var id = stage.enqueue(NewTask.of(Spec.of(Stage.GREET).build()).after(Duration.ofSeconds(1)));

    assertThat(cancel(id)).isEqualTo(CancelAnswer.CANCELLED);

    stage.advance(Duration.ofSeconds(2));
    assertThat(stage.store().promote(10).count()).isZero();
    assertThat(stage.store().promote(10).nextDue()).isNull();
    assertThat(stage.get(id)).isCancelled().runsAfter(null);
  }

  @Test
  void ends_a_task_between_two_attempts_and_keeps_what_went_wrong() {
    var worker = stage.worker("anna");
    var task = stage.running(worker);
    worker.settle(task, Stage.failure());

    assertThat(cancel(task.resultId())).isEqualTo(CancelAnswer.CANCELLED);

    assertThat(stage.get(task.resultId()))
        .isCancelled()
        .hasAttempts(1)
        .hasErrors(FailureKind.APP_ERROR);
  }

  @Test
  void ends_a_parked_task() {
    var id = stage.enqueue(Spec.of("sample.sum"));
    stage.worker("anna").claim(1);

    assertThat(cancel(id)).isEqualTo(CancelAnswer.CANCELLED);

    assertThat(stage.get(id)).isCancelled();
    assertThat(stage.handling("bert", "sample.sum").claim(1)).isEmpty();
  }

  @Test
  void asks_the_worker_of_a_running_task() {
    var anna = stage.worker("anna");
    var bert = stage.worker("bert");
    var task = stage.running(anna);
    var version = stage.get(task.resultId()).standing().version();

    assertThat(cancel(task.resultId())).isEqualTo(CancelAnswer.REQUESTED);

    assertThat(stage.get(task.resultId()))
        .isRunningOn("anna")
        .hasCancelRequested(true)
        .hasVersion(version);
    assertThat(stage.store().cancelRequests(anna.incarnation())).containsExactly(task.resultId());
    assertThat(stage.store().cancelRequests(bert.incarnation())).isEmpty();
    assertThat(stage.store().cancelRequests(UUID.randomUUID())).isEmpty();
  }

  @Test
  void may_be_asked_again() {
    var worker = stage.worker("anna");
    var task = stage.running(worker);
    cancel(task.resultId());

    assertThat(cancel(task.resultId())).isEqualTo(CancelAnswer.REQUESTED);
    assertThat(stage.store().cancelRequests(worker.incarnation())).hasSize(1);
  }

  @Test
  void ends_with_the_workers_word() {
    var worker = stage.worker("anna");
    var task = stage.running(worker);
    cancel(task.resultId());

    worker.settle(task, new Outcome.Cancelled(Failure.of(FailureKind.CANCELLED, "stopped")));

    assertThat(stage.get(task.resultId()))
        .isCancelled()
        .hasCancelRequested(false)
        .hasErrors(FailureKind.CANCELLED);
    assertThat(stage.store().cancelRequests(worker.incarnation())).isEmpty();
  }

  @Test
  void yields_to_a_success() {
    var worker = stage.worker("anna");
    var task = stage.running(worker);
    cancel(task.resultId());

    worker.settle(task, Stage.success());

    assertThat(stage.get(task.resultId())).isSuccessful().hasErrors().hasCancelRequested(false);
  }

  @Test
  void yields_to_a_failure_for_good() {
    var worker = stage.worker("anna");
    var task = stage.running(worker);
    cancel(task.resultId());

    worker.settle(task, new Outcome.Failed(Stage.BOOM, false));

    assertThat(stage.get(task.resultId())).isFailed().hasErrors(FailureKind.APP_ERROR);
  }

  @Test
  void goes_before_a_retry() {
    var worker = stage.worker("anna");
    var task = stage.running(worker);
    cancel(task.resultId());

    var settled = worker.settle(task, Stage.failure());

    assertThat(settled).isEqualTo(cancelled(1));
    assertThat(stage.get(task.resultId()))
        .isCancelled()
        .hasAttempts(1)
        .hasErrors(FailureKind.APP_ERROR, FailureKind.CANCELLED);
    assertThat(worker.settle(task, Stage.failure())).isEqualTo(settled);
  }

  @Test
  void goes_before_a_snooze() {
    var worker = stage.worker("anna");
    var task = stage.running(worker);
    cancel(task.resultId());

    assertThat(worker.settle(task, new Outcome.Snoozed(Duration.ofSeconds(1))))
        .isEqualTo(cancelled(0));
    assertThat(stage.get(task.resultId())).isCancelled().hasErrors(FailureKind.CANCELLED);
  }

  @Test
  void goes_before_a_give_back() {
    var worker = stage.worker("anna");
    var task = stage.running(worker);
    cancel(task.resultId());

    assertThat(worker.settle(task, new Outcome.GivenBack())).isEqualTo(cancelled(0));
    assertThat(stage.get(task.resultId())).isCancelled().hasErrors(FailureKind.CANCELLED);
  }

  @Test
  void leaves_a_task_alone_that_is_over() {
    var worker = stage.worker("anna");
    var task = stage.running(worker);
    worker.settle(task, Stage.success());
    var before = stage.get(task.resultId());

    assertThat(cancel(task.resultId())).isEqualTo(CancelAnswer.NOT_ACTIVE);
    assertThat(stage.get(task.resultId())).isEqualTo(before);
  }

  @Test
  void answers_in_order_and_knows_the_unknown() {
    var worker = stage.worker("anna");
    var running = stage.running(worker).resultId();
    var ready = stage.enqueue();

    assertThat(stage.store().cancel(List.of(ready, 987_654_321L, running)))
        .containsExactly(CancelAnswer.CANCELLED, CancelAnswer.NOT_ACTIVE, CancelAnswer.REQUESTED);
    assertThat(stage.store().cancel(List.of())).isEmpty();
  }

  @Test
  void makes_a_new_version_of_a_task_that_it_ends() {
    var id = stage.enqueue();
    var version = stage.get(id).standing().version();

    cancel(id);

    assertThat(stage.get(id)).hasVersion(version + 1);
  }

  private CancelAnswer cancel(long id) {
    return stage.store().cancel(List.of(id)).getFirst();
  }

  private static Settled cancelled(int attempts) {
    return new Settled.Applied(new Place.Finished(TaskStatus.CANCELLED, attempts));
  }
}
