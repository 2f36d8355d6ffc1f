package io.reproq.testkit;

import static io.reproq.testkit.TaskRunAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.json.Json;
import io.reproq.store.Settled;
import io.reproq.store.Settlement;
import io.reproq.task.ClaimId;
import io.reproq.task.Outcome;
import io.reproq.task.Place;
import io.reproq.task.TaskStatus;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Who may end an attempt: the fence of [io.reproq.store.TaskStore#settle].
abstract class SettleContract {
  private static final Settled STALE = new Settled.Stale();

  private final Stage stage;

  SettleContract(Stage stage) {
    this.stage = stage;
  }

  @Test
  void answers_in_order_whatever_the_order_of_ids() {
    var worker = stage.worker("anna");
    var first = stage.running(worker);
    var second = stage.running(worker);
    var third = stage.running(worker);
    worker.settle(second, Stage.failure());

    var answers =
        stage
            .store()
            .settle(
                List.of(
                    ScriptedWorker.settlement(third, Stage.failure()),
                    ScriptedWorker.settlement(second, Stage.success()),
                    ScriptedWorker.settlement(first, Stage.success())));

    assertThat(answers)
        .containsExactly(
            new Settled.Applied(new Place.Deferred(1, Duration.ofSeconds(30))),
            STALE,
            new Settled.Applied(new Place.Finished(TaskStatus.SUCCESSFUL, 1)));
  }

  @Test
  void does_nothing_for_an_empty_list() {
    assertThat(stage.store().settle(List.of())).isEmpty();
  }

  @Test
  void refuses_a_task_that_is_unknown() {
    var worker = stage.worker("anna");
    var next = new Place.Finished(TaskStatus.SUCCESSFUL, 1);
    var claimId = new ClaimId(worker.incarnation(), 1);

    var answers =
        stage.store().settle(List.of(new Settlement(987_654_321, claimId, Stage.success(), next)));

    assertThat(answers).containsExactly(STALE);
  }

  @Test
  void refuses_another_claim_of_the_same_worker() {
    var worker = stage.worker("anna");
    var task = stage.running(worker);
    var wrong = new ClaimId(worker.incarnation(), task.claimId().number() + 1);
    var next = new Place.Finished(TaskStatus.SUCCESSFUL, 1);

    var answers =
        stage
            .store()
            .settle(List.of(new Settlement(task.resultId(), wrong, Stage.success(), next)));

    assertThat(answers).containsExactly(STALE);
    assertThat(stage.get(task.resultId())).isRunningOn("anna");
  }

  @Test
  void refuses_the_same_number_of_another_worker() {
    var anna = stage.worker("anna");
    var bert = stage.worker("bert");
    var task = stage.running(anna);
    var wrong = new ClaimId(bert.incarnation(), task.claimId().number());
    var next = new Place.Finished(TaskStatus.SUCCESSFUL, 1);

    var answers =
        stage
            .store()
            .settle(List.of(new Settlement(task.resultId(), wrong, Stage.success(), next)));

    assertThat(answers).containsExactly(STALE);
  }

  @Test
  void answers_the_same_to_an_end_that_is_sent_again() {
    var worker = stage.worker("anna");
    var task = stage.running(worker);
    var applied = worker.settle(task, Stage.success());
    stage.advance(Duration.ofSeconds(1));
    var before = stage.get(task.resultId());

    assertThat(worker.settle(task, Stage.success())).isEqualTo(applied);
    assertThat(stage.get(task.resultId())).isEqualTo(before);
  }

  @Test
  void answers_the_same_to_a_failure_that_is_sent_again() {
    var worker = stage.worker("anna");
    var task = stage.running(worker);
    var failure = new Outcome.Failed(Stage.BOOM, false);
    var applied = worker.settle(task, failure);

    assertThat(worker.settle(task, failure)).isEqualTo(applied);
    assertThat(stage.get(task.resultId()).result().errors()).hasSize(1);
  }

  @Test
  void writes_nothing_when_a_retry_is_sent_again() {
    var worker = stage.worker("anna");
    var task = stage.running(worker);
    worker.settle(task, Stage.failure());
    var before = stage.get(task.resultId());
    stage.advance(Duration.ofSeconds(1));

    worker.settle(task, Stage.failure());

    assertThat(stage.get(task.resultId())).isEqualTo(before);
  }

  @Test
  void lets_the_first_outcome_win() {
    var worker = stage.worker("anna");
    var task = stage.running(worker);
    worker.settle(task, new Outcome.Succeeded(new Json("\"first\"")));

    worker.settle(task, new Outcome.Succeeded(new Json("\"second\"")));
    worker.settle(task, new Outcome.Failed(Stage.BOOM, false));

    assertThat(stage.get(task.resultId())).isSuccessful().hasValue("\"first\"").hasErrors();
  }

  @Test
  void refuses_a_late_end_after_the_task_was_taken_back() {
    var anna = stage.worker("anna");
    var task = stage.running(anna);
    stage.outlive(stage.worker("bert"));

    assertThat(anna.settle(task, Stage.success())).isEqualTo(STALE);
    assertThat(stage.get(task.resultId())).isReady().hasAttempts(1);
  }

  @Test
  void refuses_a_late_end_while_another_worker_runs_the_task() {
    var anna = stage.worker("anna");
    var bert = stage.worker("bert");
    var task = stage.running(anna);
    stage.outlive(bert);
    var again = bert.claimOne();

    assertThat(anna.settle(task, Stage.success())).isEqualTo(STALE);
    assertThat(stage.get(task.resultId())).isRunningOn("bert").hasAttempts(2);
    assertThat(bert.settle(again, Stage.success()))
        .isEqualTo(new Settled.Applied(new Place.Finished(TaskStatus.SUCCESSFUL, 2)));
    assertThat(anna.settle(task, Stage.failure())).isEqualTo(STALE);
  }

  @Test
  void refuses_a_late_end_while_the_same_worker_runs_the_task_again() {
    var worker = stage.worker("anna");
    var task = stage.running(worker);
    worker.settle(task, new Outcome.GivenBack());
    var again = worker.claimOne();
    assertThat(again.attempt()).isEqualTo(task.attempt());

    assertThat(worker.settle(task, Stage.success())).isEqualTo(STALE);
    assertThat(stage.get(task.resultId())).isRunningOn("anna");
  }

  @Test
  void refuses_a_late_end_of_a_task_that_its_workers_death_ended() {
    var anna = stage.worker("anna");
    var task = stage.running(anna);
    anna.settle(task, new Outcome.Failed(Stage.BOOM, true));
    stage.advance(Duration.ofSeconds(30));
    stage.store().promote(1);
    var second = anna.claimOne();
    anna.settle(second, new Outcome.Failed(Stage.BOOM, true));
    stage.advance(Duration.ofSeconds(60));
    stage.store().promote(1);
    var last = anna.claimOne();
    stage.outlive(stage.worker("bert"));
    assertThat(stage.get(task.resultId())).isFailed();

    assertThat(anna.settle(last, Stage.success())).isEqualTo(STALE);
    assertThat(stage.get(task.resultId())).isFailed().hasValue(null);
  }

  @Test
  void refuses_an_end_from_a_worker_that_left() {
    var worker = stage.worker("anna");
    var task = stage.running(worker);
    worker.leave();

    assertThat(worker.settle(task, Stage.success())).isEqualTo(STALE);
    assertThat(stage.get(task.resultId())).isReady();
  }

  @Test
  void takes_an_end_past_the_lease_from_a_worker_that_was_not_found_dead() {
    var worker = stage.worker("anna");
    var task = stage.running(worker);
    stage.advance(ScriptedWorker.LEASE.multipliedBy(10));

    assertThat(worker.settle(task, Stage.success())).isInstanceOf(Settled.Applied.class);
  }
}
