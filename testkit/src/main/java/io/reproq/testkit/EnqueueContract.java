package io.reproq.testkit;

import static io.reproq.testkit.TaskRunAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.json.Json;
import io.reproq.store.Enqueued;
import io.reproq.store.NewTask;
import io.reproq.task.Outcome;
import io.reproq.task.Spec;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What [io.reproq.store.TaskStore#enqueue] has to do.
abstract class EnqueueContract {
  private final Stage stage;

  EnqueueContract(Stage stage) {
    this.stage = stage;
  }

  @Test
  void answers_in_order_with_ascending_ids() {
    var task = NewTask.of(Spec.of(Stage.GREET).build());

    var answers = stage.store().enqueue(List.of(task, task, task));

    assertThat(answers).hasSize(3).allMatch(Enqueued.Created.class::isInstance);
    assertThat(answers).extracting(Enqueued::resultId).isSorted().doesNotHaveDuplicates();
    assertThat(stage.store().find(List.of(answers.get(1).resultId()))).hasSize(1);
  }

  @Test
  void takes_nothing_from_an_empty_list() {
    assertThat(stage.store().enqueue(List.of())).isEmpty();
  }

  @Test
  void makes_tasks_ready_at_once() {
    assertThat(stage.get(stage.enqueue())).isReady().hasAttempts(0);
  }

  @Test
  void lets_a_unique_task_stand_in_for_its_twin_until_it_is_over() {
    var task = NewTask.of(Spec.of(Stage.GREET).build()).unique(true);
    var worker = stage.worker("anna");

    var first = stage.enqueue(task);
    assertThat(stage.store().enqueue(List.of(task))).containsExactly(new Enqueued.Duplicate(first));

    worker.settle(worker.claimOne(), new Outcome.Succeeded(Json.NULL));
    assertThat(stage.store().enqueue(List.of(task))).allMatch(Enqueued.Created.class::isInstance);
  }

  @Test
  void defers_a_delayed_task() {
    var id = stage.enqueue(NewTask.of(Spec.of(Stage.GREET).build()).after(Duration.ofSeconds(3)));

    assertThat(stage.get(id)).isDeferred().runsAfter(stage.clock().now().plusSeconds(3));
  }
}
