package io.reproq.testkit;

import static io.reproq.testkit.TaskRunAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.store.ClaimRequest.Quota;
import io.reproq.store.ClaimedTask;
import io.reproq.store.RenewAnswer;
import io.reproq.store.RenewAnswer.Held;
import io.reproq.store.WorkerRow;
import io.reproq.task.FailureKind;
import io.reproq.task.Spec;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// What join, renew and leave have to do.
abstract class WorkerContract {
  private final Stage stage;

  WorkerContract(Stage stage) {
    this.stage = stage;
  }

  @Test
  void a_worker_that_joined_is_listed_as_it_entered_itself() {
    var worker = stage.worker("anna");

    var now = stage.clock().now();
    assertThat(stage.store().workers())
        .containsExactly(
            new WorkerRow(worker.info(), now, now, now.plus(ScriptedWorker.LEASE), 0, 0));
  }

  @Test
  void workers_are_listed_by_name() {
    stage.worker("carl");
    stage.worker("anna");
    stage.worker("bert");

    assertThat(stage.store().workers())
        .extracting(row -> row.info().workerId())
        .containsExactly("anna", "bert", "carl");
  }

  @Test
  void a_worker_is_listed_with_what_it_runs_and_its_heartbeats() {
    var worker = stage.worker("anna");
    var task = stage.running(worker);
    stage.running(worker);
    stage.advance(Duration.ofSeconds(4));
    worker.renew();
    worker.settle(task, Stage.success());

    var row = stage.store().workers().getFirst();

    assertThat(row.running()).isEqualTo(1);
    assertThat(row.beats()).isEqualTo(1);
    assertThat(row.startedAt()).isEqualTo(SettableClock.START);
    assertThat(row.lastSeenAt()).isEqualTo(stage.clock().now());
    assertThat(row.leasedUntil()).isEqualTo(stage.clock().now().plus(ScriptedWorker.LEASE));
  }

  @Test
  void a_name_may_be_used_twice() {
    var first = stage.worker("anna");
    var second = stage.worker("anna");
    stage.running(first);

    assertThat(stage.store().workers()).hasSize(2);
    assertThat(held(second)).isEmpty();
    assertThat(held(first)).hasSize(1);
  }

  @Test
  void a_heartbeat_prolongs_the_lease_of_running_tasks() {
    var worker = stage.worker("anna");
    var task = stage.running(worker);
    stage.advance(Duration.ofSeconds(10));

    worker.renew();

    assertThat(stage.get(task.resultId()).standing().leasedUntil())
        .isEqualTo(stage.clock().now().plus(ScriptedWorker.LEASE));
  }

  @Test
  void a_heartbeat_makes_no_new_version_of_a_task() {
    var worker = stage.worker("anna");
    var task = stage.running(worker);
    var version = stage.get(task.resultId()).standing().version();

    worker.renew();

    assertThat(stage.get(task.resultId())).hasVersion(version);
  }

  @Test
  void a_heartbeat_tells_what_the_worker_holds() {
    var worker = stage.worker("anna");
    var first = stage.running(worker);
    var second = stage.running(worker);
    var settled = stage.running(worker);
    worker.settle(settled, Stage.success());
    stage.running(stage.worker("bert"));

    assertThat(held(worker)).containsExactlyInAnyOrder(held(first), held(second));
  }

  @Test
  void a_heartbeat_finds_a_claim_whose_answer_was_lost() {
    var worker = stage.worker("anna");
    var id = stage.enqueue();
    var request = worker.request(List.of(new Quota(Spec.DEFAULT_QUEUE, 1)));
    stage.store().claim(request);

    assertThat(held(worker)).containsExactly(new Held(id, request.claimId(), 1));
  }

  @Test
  void a_heartbeat_past_the_lease_keeps_a_worker_that_was_not_found_dead() {
    var worker = stage.worker("anna");
    var task = stage.running(worker);
    stage.advance(ScriptedWorker.LEASE.multipliedBy(3));

    assertThat(held(worker)).containsExactly(held(task));
  }

  @Test
  void a_stranger_has_no_heartbeat() {
    stage.worker("anna");

    assertThat(stage.store().renew(UUID.randomUUID())).isEqualTo(new RenewAnswer.Gone());
  }

  @Test
  void a_worker_that_leaves_gives_everything_back_uncounted() {
    var anna = stage.worker("anna");
    var bert = stage.worker("bert");
    var first = stage.running(anna);
    var second = stage.running(anna);
    var others = stage.running(bert);

    anna.leave();

    assertThat(stage.get(first.resultId())).isReady().hasAttempts(0).hasErrors();
    assertThat(stage.get(second.resultId())).isReady().hasAttempts(0);
    assertThat(stage.get(others.resultId())).isRunningOn("bert");
    assertThat(bert.claim(5)).hasSize(2).allMatch(task -> task.attempt() == 1);
  }

  @Test
  void a_worker_that_left_is_gone() {
    var worker = stage.worker("anna");

    worker.leave();

    assertThat(stage.store().workers()).isEmpty();
    assertThat(worker.renew()).isEqualTo(new RenewAnswer.Gone());
  }

  @Test
  void a_task_that_somebody_wants_stopped_ends_when_its_worker_leaves() {
    var worker = stage.worker("anna");
    var task = stage.running(worker);
    stage.store().cancel(List.of(task.resultId()));

    worker.leave();

    assertThat(stage.get(task.resultId())).isCancelled().hasErrors(FailureKind.CANCELLED);
  }

  @Test
  void leaving_twice_does_nothing() {
    var worker = stage.worker("anna");
    worker.leave();
    stage.worker("bert");

    worker.leave();
    stage.store().leave(UUID.randomUUID());

    assertThat(stage.store().workers()).hasSize(1);
  }

  private static Set<Held> held(ScriptedWorker worker) {
    return switch (worker.renew()) {
      case RenewAnswer.Alive(var held) -> held;
      case RenewAnswer.Gone gone -> throw new AssertionError(worker.id() + " should live");
    };
  }

  private static Held held(ClaimedTask task) {
    return new Held(task.resultId(), task.claimId(), task.attempt());
  }
}
