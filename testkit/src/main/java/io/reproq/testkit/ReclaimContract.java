package io.reproq.testkit;

import static io.reproq.testkit.TaskRunAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.retry.RetryPolicy;
import io.reproq.store.ClaimAnswer;
import io.reproq.store.ClaimRequest.Quota;
import io.reproq.store.Reclaimed;
import io.reproq.store.RenewAnswer;
import io.reproq.task.FailureKind;
import io.reproq.task.Place;
import io.reproq.task.Spec;
import io.reproq.task.TaskStatus;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// Who is dead, and what [io.reproq.store.TaskStore#reclaim] does about it.
abstract class ReclaimContract {
  private final Stage stage;

  ReclaimContract(Stage stage) {
    this.stage = stage;
  }

  @Test
  void takes_back_what_a_silent_worker_held() {
    var anna = stage.worker("anna");
    var bert = stage.worker("bert");
    var first = stage.running(anna).resultId();
    var second = stage.running(anna).resultId();

    var reclaimed = stage.outlive(bert);

    assertThat(reclaimed)
        .containsExactlyInAnyOrder(
            new Reclaimed(first, "anna", new Place.Ready(1)),
            new Reclaimed(second, "anna", new Place.Ready(1)));
    assertThat(stage.get(first)).isReady().hasAttempts(1).hasErrors(FailureKind.LEASE_EXPIRY);
    assertThat(bert.claim(5)).hasSize(2).allMatch(task -> task.attempt() == 2);
    assertThat(stage.get(first)).ranOn("anna", "bert");
  }

  @Test
  void takes_back_nothing_twice() {
    var anna = stage.worker("anna");
    var bert = stage.worker("bert");
    stage.running(anna);
    stage.outlive(bert);

    assertThat(stage.store().reclaim(bert.incarnation())).isEmpty();
    assertThat(bert.claim(5)).hasSize(1);
  }

  @Test
  void records_the_lost_attempt() {
    var anna = stage.worker("anna");
    var task = stage.running(anna);

    stage.outlive(stage.worker("bert"));

    var error = stage.get(task.resultId()).result().errors().getFirst();
    assertThat(error.attempt()).isEqualTo(1);
    assertThat(error.workerId()).isEqualTo("anna");
    assertThat(error.at()).isEqualTo(stage.clock().now());
    assertThat(error.failure().message()).isNotEmpty();
  }

  @Test
  void fails_a_task_whose_attempts_are_used_up() {
    var anna = stage.worker("anna");
    var id = stage.enqueue(Spec.of(Stage.GREET).retry(RetryPolicy.never()));
    anna.claimOne();

    var reclaimed = stage.outlive(stage.worker("bert"));

    var place = new Place.Finished(TaskStatus.FAILED, 1);
    assertThat(reclaimed).containsExactly(new Reclaimed(id, "anna", place));
    var run = stage.get(id);
    assertThat(run).isFailed().hasAttempts(1).hasErrors(FailureKind.LEASE_EXPIRY);
    assertThat(run.result().lastError())
        .isEqualTo("lease_expiry: Worker heartbeat lost or process crashed");
    assertThat(run.times().failedAt()).isEqualTo(stage.clock().now());
  }

  @Test
  void ends_a_task_that_somebody_wants_stopped() {
    var anna = stage.worker("anna");
    var task = stage.running(anna);
    stage.store().cancel(List.of(task.resultId()));

    var reclaimed = stage.outlive(stage.worker("bert"));

    assertThat(reclaimed)
        .extracting(Reclaimed::place)
        .containsExactly(new Place.Finished(TaskStatus.CANCELLED, 1));
    var run = stage.get(task.resultId());
    assertThat(run).isCancelled();
    assertThat(run.result().errors().getLast().failure().kind()).isEqualTo(FailureKind.CANCELLED);
  }

  @Test
  void ends_a_task_that_somebody_wants_stopped_though_its_attempts_are_used_up() {
    var anna = stage.worker("anna");
    var id = stage.enqueue(Spec.of(Stage.GREET).retry(RetryPolicy.never()));
    anna.claimOne();
    stage.store().cancel(List.of(id));

    stage.outlive(stage.worker("bert"));

    assertThat(stage.get(id)).isCancelled().hasAttempts(1);
  }

  @Test
  void strikes_the_dead_out_for_good() {
    var anna = stage.worker("anna");
    var bert = stage.worker("bert");

    stage.outlive(bert);

    assertThat(stage.store().workers())
        .extracting(row -> row.info().workerId())
        .containsExactly("bert");
    assertThat(anna.renew()).isEqualTo(new RenewAnswer.Gone());
    assertThat(anna.tryClaim(new Quota(Spec.DEFAULT_QUEUE, 1)))
        .isEqualTo(new ClaimAnswer.WorkerGone());
    assertThat(anna.renew()).isEqualTo(new RenewAnswer.Gone());
  }

  @Test
  void does_not_suspect_the_one_that_looks() {
    var anna = stage.worker("anna");
    var task = stage.running(anna);

    assertThat(stage.outlive(anna)).isEmpty();
    assertThat(stage.get(task.resultId())).isRunningOn("anna");
  }

  @Test
  void leaves_a_worker_alone_that_beats() {
    var anna = stage.worker("anna");
    var bert = stage.worker("bert");
    var task = stage.running(anna);

    assertThat(stage.outlive(bert, anna::renew)).isEmpty();
    assertThat(stage.get(task.resultId())).isRunningOn("anna");
  }

  @Test
  void leaves_a_silent_worker_alone_whose_lease_holds() {
    var anna = stage.worker("anna");
    var bert = stage.worker("bert");
    stage.running(anna);
    stage.store().reclaim(bert.incarnation());

    stage.advance(ScriptedWorker.LEASE.minusMillis(1));

    assertThat(stage.store().reclaim(bert.incarnation())).isEmpty();
  }

  @Test
  void judges_nobody_at_first_sight() {
    var anna = stage.worker("anna");
    stage.running(anna);
    stage.advance(Duration.ofDays(1));

    assertThat(stage.store().reclaim(stage.worker("bert").incarnation())).isEmpty();
  }

  @Test
  void waits_for_two_silent_heartbeats_past_the_lease() {
    var anna = stage.worker("anna");
    var bert = stage.worker("bert");
    stage.running(anna);
    stage.advance(ScriptedWorker.LEASE);
    stage.store().reclaim(bert.incarnation());

    stage.advance(ScriptedWorker.HEARTBEAT.multipliedBy(2).minusMillis(1));
    assertThat(stage.store().reclaim(bert.incarnation())).isEmpty();

    stage.advance(Duration.ofMillis(1));
    assertThat(stage.store().reclaim(bert.incarnation())).hasSize(1);
  }

  @Test
  void believes_no_wall_clock_that_leaps_forward() {
    var anna = stage.worker("anna");
    var bert = stage.worker("bert");
    var task = stage.running(anna);
    stage.store().reclaim(bert.incarnation());

    stage.clock().stepWall(Duration.ofHours(1));

    assertThat(stage.store().reclaim(bert.incarnation())).isEmpty();
    assertThat(anna.renew()).isInstanceOf(RenewAnswer.Alive.class);
    assertThat(stage.get(task.resultId())).isRunningOn("anna");
  }

  @Test
  void finds_the_dead_though_the_wall_clock_was_put_back() {
    var anna = stage.worker("anna");
    var bert = stage.worker("bert");
    stage.running(anna);
    stage.store().reclaim(bert.incarnation());
    stage.clock().stepWall(Duration.ofHours(-1));

    stage.advance(ScriptedWorker.LEASE.plus(ScriptedWorker.HEARTBEAT.multipliedBy(2)));

    assertThat(stage.store().reclaim(bert.incarnation())).hasSize(1);
  }

  @Test
  void does_nothing_when_nobody_is_there() {
    assertThat(stage.store().reclaim(UUID.randomUUID())).isEmpty();
  }
}
