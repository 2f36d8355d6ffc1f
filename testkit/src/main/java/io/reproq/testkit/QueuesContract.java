package io.reproq.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reproq.store.ClaimRequest.Quota;
import io.reproq.store.Queues;
import io.reproq.store.Queues.Pause;
import io.reproq.task.Spec;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// What [io.reproq.store.TaskStore#queues] has to do.
abstract class QueuesContract {
  private final Stage stage;

  QueuesContract(Stage stage) {
    this.stage = stage;
  }

  @Test
  void a_paused_queue_gives_nothing_and_the_others_go_on() {
    var worker = stage.worker("anna");
    assertThat(queues().pause("mail", "no stamps")).isTrue();
    enqueue("mail");
    enqueue(Spec.DEFAULT_QUEUE);

    assertThat(worker.tryClaim(new Quota("mail", 5), new Quota(Spec.DEFAULT_QUEUE, 5)))
        .extracting(answer -> ScriptedWorker.taken(answer).tasks())
        .satisfies(tasks -> assertThat(tasks).hasSize(1));
    assertThat(worker.claim(new Quota("mail", 5))).isEmpty();
  }

  @Test
  void a_resumed_queue_gives_at_once() {
    var worker = stage.worker("anna");
    queues().pause("mail", null);
    enqueue("mail");

    assertThat(queues().resume("mail")).isTrue();

    assertThat(worker.claim(new Quota("mail", 5))).hasSize(1);
    assertThat(queues().pauses()).isEmpty();
  }

  @Test
  void whoever_waits_for_work_is_woken_by_a_resume() throws Exception {
    queues().pause("mail", null);
    var woken = new CountDownLatch(1);
    var remove = stage.store().onWork(woken::countDown);

    queues().resume("mail");

    assertThat(woken.await(10, TimeUnit.SECONDS)).isTrue();
    remove.run();
  }

  @Test
  void what_runs_in_a_paused_queue_goes_on() {
    var worker = stage.worker("anna");
    var task = stage.running(worker);
    queues().pause(Spec.DEFAULT_QUEUE, null);

    worker.settle(task, Stage.success());

    TaskRunAssert.assertThat(stage.get(task.resultId())).isSuccessful();
  }

  @Test
  void everything_is_paused_and_resumed_at_once_but_for_what_was_paused_by_name() {
    var worker = stage.worker("anna");
    queues().pause("mail", null);
    queues().pause(Queues.ALL, "draining");
    enqueue(Spec.DEFAULT_QUEUE);
    enqueue("mail");
    assertThat(worker.claim(5)).isEmpty();

    assertThat(queues().resume(Spec.DEFAULT_QUEUE)).isFalse();
    assertThat(worker.claim(5)).isEmpty();
    assertThat(queues().resume(Queues.ALL)).isTrue();

    assertThat(worker.claim(5)).hasSize(1);
    assertThat(worker.claim(new Quota("mail", 5))).isEmpty();
  }

  @Test
  void a_parked_task_of_a_paused_queue_stays_where_it_is() {
    stage.enqueue(Spec.of("sample.sum"));
    stage.worker("anna").claim(1);
    queues().pause(Spec.DEFAULT_QUEUE, null);
    var bert = stage.handling("bert", "sample.sum");

    assertThat(bert.claim(1)).isEmpty();
    queues().resume(Spec.DEFAULT_QUEUE);
    assertThat(bert.claim(1)).hasSize(1);
  }

  @Test
  void a_pause_tells_since_when_and_why() {
    var since = stage.clock().now();
    stage.store();
    queues().pause("mail", "no stamps");
    stage.advance(Duration.ofSeconds(5));

    assertThat(queues().pause("mail", "strike")).isFalse();
    assertThat(queues().pause(Queues.ALL, null)).isTrue();

    assertThat(queues().pauses())
        .containsExactly(
            new Pause(Queues.ALL, stage.clock().now(), null), new Pause("mail", since, "strike"));
    assertThat(queues().resume("other")).isFalse();
  }

  @Test
  void a_queue_has_a_name() {
    assertThatThrownBy(() -> queues().pause(" ", null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the queue's name is empty: name the queue");
  }

  private Queues queues() {
    return stage.store().queues();
  }

  private void enqueue(String queue) {
    stage.enqueue(Spec.of(Stage.GREET).queue(queue));
  }
}
