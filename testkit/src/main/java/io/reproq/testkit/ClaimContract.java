package io.reproq.testkit;

import static io.reproq.testkit.TaskRunAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.json.Json;
import io.reproq.store.ClaimAnswer;
import io.reproq.store.ClaimRequest.Quota;
import io.reproq.store.ClaimRequest.Routing;
import io.reproq.store.ClaimedTask;
import io.reproq.store.NewTask;
import io.reproq.task.Limits;
import io.reproq.task.Rank;
import io.reproq.task.Spec;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// What [io.reproq.store.TaskStore#claim] has to do, but for whose task is whose.
abstract class ClaimContract {
  private final Stage stage;

  ClaimContract(Stage stage) {
    this.stage = stage;
  }

  @Test
  void hands_out_the_task_as_it_was_enqueued() {
    var spec = Spec.of(Stage.GREET).priority(3).build();
    var headers = new Json("{\"tag\":\"x\"}");
    var id = stage.enqueue(NewTask.of(spec).withHeaders(headers));
    var worker = stage.worker("anna");
    stage.advance(Duration.ofMillis(1234));

    var request = worker.request(List.of(new Quota(Spec.DEFAULT_QUEUE, 5)));
    var answer = stage.store().claim(request);

    var origin = new ClaimedTask.Origin(Duration.ofMillis(1234), headers);
    var description = new ClaimedTask.Description.Valid(spec);
    var task = new ClaimedTask(id, request.claimId(), 1, null, origin, description);
    assertThat(answer).isEqualTo(new ClaimAnswer.Taken(List.of(task), false));
  }

  @Test
  void tells_what_a_task_with_keys_was_enqueued_with() {
    var headers = new Json("{\"tag\":\"x\"}");
    var spec = Spec.of(Stage.GREET).limits(new Limits("k", null, 0)).build();
    stage.enqueue(NewTask.of(spec).withHeaders(headers));
    stage.advance(Duration.ofSeconds(2));

    assertThat(stage.worker("anna").claimOne().origin())
        .isEqualTo(new ClaimedTask.Origin(Duration.ofSeconds(2), headers));
  }

  @Test
  void leaves_its_tasks_running_with_their_worker() {
    var worker = stage.worker("anna");
    var id = stage.running(worker).resultId();

    var now = stage.clock().now();
    var run = stage.get(id);
    assertThat(run).isRunningOn("anna").hasAttempts(1).ranOn("anna");
    assertThat(run.standing().leasedUntil()).isEqualTo(now.plus(ScriptedWorker.LEASE));
    assertThat(run.times().startedAt()).isEqualTo(now);
    assertThat(run.times().lastAttemptedAt()).isEqualTo(now);
  }

  @Test
  void hands_out_no_task_twice() {
    stage.enqueue();

    assertThat(stage.worker("anna").claim(5)).hasSize(1);
    assertThat(stage.worker("bert").claim(5)).isEmpty();
  }

  @Test
  void takes_no_more_than_the_quota() {
    stage.enqueueAll(tasks(5, Spec.of(Stage.GREET)));
    var worker = stage.worker("anna");

    assertThat(worker.claim(2)).hasSize(2);
    assertThat(worker.claim(2)).hasSize(2);
    assertThat(worker.claim(2)).hasSize(1);
  }

  @Test
  void takes_equal_ranks_in_the_order_they_came() {
    var ids = stage.enqueueAll(tasks(20, Spec.of(Stage.GREET)));

    assertThat(stage.worker("anna").claim(20)).extracting(ClaimedTask::resultId).isEqualTo(ids);
  }

  @Test
  void takes_a_higher_priority_first() {
    var low = stage.enqueue(Spec.of(Stage.GREET).priority(-1));
    var middle = stage.enqueue(Spec.of(Stage.GREET));
    var high = stage.enqueue(Spec.of(Stage.GREET).priority(1));

    assertThat(stage.worker("anna").claim(3))
        .extracting(ClaimedTask::resultId)
        .containsExactly(high, middle, low);
  }

  @Test
  void lets_waiting_outweigh_priority() {
    stage.store(new Rank(Duration.ofSeconds(60)));
    var old = stage.enqueue(Spec.of(Stage.GREET));
    stage.advance(Duration.ofSeconds(59));
    var early = stage.enqueue(Spec.of(Stage.GREET).priority(1));
    stage.advance(Duration.ofSeconds(2));
    var late = stage.enqueue(Spec.of(Stage.GREET).priority(1));

    assertThat(stage.worker("anna").claim(3))
        .extracting(ClaimedTask::resultId)
        .containsExactly(early, old, late);
  }

  @Test
  void lets_nothing_outweigh_strict_priority() {
    stage.store(new Rank(Duration.ZERO));
    var old = stage.enqueue(Spec.of(Stage.GREET));
    stage.advance(Duration.ofDays(365));
    var urgent = stage.enqueue(Spec.of(Stage.GREET).priority(1));
    stage.advance(Duration.ofDays(1));
    var next = stage.enqueue(Spec.of(Stage.GREET).priority(1));

    assertThat(stage.worker("anna").claim(3))
        .extracting(ClaimedTask::resultId)
        .containsExactly(urgent, next, old);
  }

  @Test
  void puts_a_task_that_comes_back_at_its_old_rank() {
    var first = stage.enqueue();
    stage.advance(Duration.ofSeconds(1));
    var second = stage.enqueue();
    var worker = stage.worker("anna");
    var task = worker.claimOne();

    worker.settle(task, Stage.failure());
    stage.advance(Duration.ofSeconds(30));
    stage.store().promote(10);

    assertThat(worker.claim(2)).extracting(ClaimedTask::resultId).containsExactly(first, second);
  }

  @Test
  void looks_at_the_queues_it_is_told_in_that_order() {
    var mail = stage.enqueueAll(tasks(3, Spec.of(Stage.GREET).queue("mail")));
    var main = stage.enqueueAll(tasks(3, Spec.of(Stage.GREET)));
    stage.enqueueAll(tasks(1, Spec.of(Stage.GREET).queue("other")));

    var answer =
        stage
            .worker("anna")
            .tryClaim(
                new Quota(Spec.DEFAULT_QUEUE, 1), new Quota("empty", 5), new Quota("mail", 2));

    assertThat(ScriptedWorker.taken(answer).tasks())
        .extracting(ClaimedTask::resultId)
        .containsExactly(main.get(0), mail.get(0), mail.get(1));
  }

  @Test
  void takes_nothing_when_it_wants_nothing() {
    stage.enqueue();

    assertThat(stage.worker("anna").tryClaim()).isEqualTo(new ClaimAnswer.Taken(List.of(), false));
  }

  @Test
  void counts_every_attempt() {
    var worker = stage.worker("anna");
    var task = stage.running(worker);

    worker.settle(task, Stage.failure());
    stage.advance(Duration.ofSeconds(30));
    stage.store().promote(10);
    var again = worker.claimOne();

    assertThat(again.attempt()).isEqualTo(2);
    assertThat(again.claimId()).isNotEqualTo(task.claimId());
    var run = stage.get(task.resultId());
    assertThat(run).hasAttempts(2).ranOn("anna", "anna");
    assertThat(run.times().startedAt()).isEqualTo(SettableClock.START);
    assertThat(run.times().lastAttemptedAt()).isEqualTo(stage.clock().now());
  }

  @Test
  void refuses_a_worker_that_never_joined() {
    var id = stage.enqueue();
    var routing = new Routing(Set.of(Stage.GREET), false);
    var stranger = new ScriptedWorker(stage.store(), UUID.randomUUID(), "carl", routing);

    var answer = stranger.tryClaim(new Quota(Spec.DEFAULT_QUEUE, 1));

    assertThat(answer).isEqualTo(new ClaimAnswer.WorkerGone());
    assertThat(stage.get(id)).isReady();
  }

  @Test
  void refuses_a_worker_that_left() {
    stage.enqueue();
    var worker = stage.worker("anna");
    worker.leave();

    assertThat(worker.tryClaim(new Quota(Spec.DEFAULT_QUEUE, 1)))
        .isEqualTo(new ClaimAnswer.WorkerGone());
  }

  @Test
  void tells_a_dead_worker_even_when_there_is_no_work() {
    var anna = stage.worker("anna");
    stage.outlive(stage.worker("bert"));

    assertThat(anna.tryClaim(new Quota(Spec.DEFAULT_QUEUE, 1)))
        .isEqualTo(new ClaimAnswer.WorkerGone());
  }

  static List<NewTask> tasks(int count, Spec.Builder spec) {
    return Collections.nCopies(count, NewTask.of(spec.build()));
  }
}
