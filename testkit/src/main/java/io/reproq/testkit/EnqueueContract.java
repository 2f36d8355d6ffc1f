package io.reproq.testkit;

import static io.reproq.testkit.TaskRunAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.json.Json;
import io.reproq.store.Enqueued;
import io.reproq.store.NewTask;
import io.reproq.task.Payload;
import io.reproq.task.Spec;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What [io.reproq.store.TaskStore#enqueue] has to do.
abstract class EnqueueContract {
  private static final NewTask PLAIN = NewTask.of(Spec.of(Stage.GREET).build());

  private final Stage stage;

  EnqueueContract(Stage stage) {
    this.stage = stage;
  }

  @Test
  void answers_in_order_with_ascending_ids() {
    var first = NewTask.of(Spec.of(Stage.GREET).priority(1).build());
    var second = NewTask.of(Spec.of(Stage.GREET).priority(9).build());

    var answers = stage.store().enqueue(List.of(first, second, first));

    assertThat(answers).hasSize(3).allMatch(Enqueued.Created.class::isInstance);
    var ids = answers.stream().map(Enqueued::resultId).toList();
    assertThat(ids).isSorted().doesNotHaveDuplicates();
    assertThat(stage.store().find(ids))
        .extracting(run -> run.spec().text())
        .containsExactly(first.spec().text(), second.spec().text(), first.spec().text());
  }

  @Test
  void gives_later_tasks_greater_ids() {
    assertThat(stage.enqueue()).isLessThan(stage.enqueue());
  }

  @Test
  void takes_nothing_from_an_empty_list() {
    assertThat(stage.store().enqueue(List.of())).isEmpty();
  }

  @Test
  void makes_tasks_ready_at_once() {
    var run = stage.get(stage.enqueue());

    assertThat(run).isReady().hasAttempts(0).runsAfter(null).hasErrors().hasValue(null);
    assertThat(run.times().enqueuedAt()).isEqualTo(stage.clock().now());
  }

  @Test
  void defers_a_task_by_its_delay() {
    var id = stage.enqueue(PLAIN.after(Duration.ofSeconds(3)));

    assertThat(stage.get(id)).isDeferred().runsAfter(stage.clock().now().plusSeconds(3));
    assertThat(stage.worker("anna").claim(1)).isEmpty();
  }

  @Test
  void defers_a_task_until_its_spec_lets_it_run() {
    var id = stage.enqueue(Spec.of(Stage.GREET).runAfter("2026-01-01T02:00:10+02:00"));

    assertThat(stage.get(id)).isDeferred().runsAfter(SettableClock.START.plusSeconds(10));
  }

  @Test
  void makes_a_task_ready_whose_time_has_come() {
    var id = stage.enqueue(Spec.of(Stage.GREET).runAfter("2025-12-31T23:59:59Z"));

    assertThat(stage.get(id)).isReady().runsAfter(null);
  }

  @Test
  void lets_an_unfinished_twin_stand_in_for_a_unique_task() {
    var first = stage.enqueue(PLAIN.unique(true));

    assertThat(stage.store().enqueue(List.of(PLAIN.unique(true))))
        .containsExactly(new Enqueued.Duplicate(first));
    assertThat(StoreInvariants.all(stage.store())).hasSize(1);
  }

  @Test
  void finds_twins_within_one_list_too() {
    var other = NewTask.of(Spec.of("sample.sum").build()).unique(true);

    var answers =
        stage.store().enqueue(List.of(PLAIN.unique(true), other, PLAIN.unique(true), other));

    var first = answers.get(0).resultId();
    var second = answers.get(1).resultId();
    assertThat(answers)
        .containsExactly(
            new Enqueued.Created(first),
            new Enqueued.Created(second),
            new Enqueued.Duplicate(first),
            new Enqueued.Duplicate(second));
  }

  @Test
  void takes_a_plain_task_beside_any_twin() {
    stage.enqueue(PLAIN.unique(true));

    assertThat(stage.store().enqueue(List.of(PLAIN))).allMatch(Enqueued.Created.class::isInstance);
  }

  @Test
  void tells_specs_apart_by_everything_that_is_in_them() {
    stage.enqueue(PLAIN.unique(true));
    var args = Payload.ofArgs(new Json("[1]"));
    var other = NewTask.of(Spec.of(Stage.GREET).payload(args).build()).unique(true);

    assertThat(stage.store().enqueue(List.of(other))).allMatch(Enqueued.Created.class::isInstance);
  }

  @Test
  void finds_a_twin_that_is_deferred_or_running() {
    var task = PLAIN.unique(true);
    var worker = stage.worker("anna");
    var id = stage.enqueue(task.after(Duration.ofSeconds(3)));
    assertThat(stage.store().enqueue(List.of(task))).containsExactly(new Enqueued.Duplicate(id));

    stage.advance(Duration.ofSeconds(3));
    stage.store().promote(10);
    worker.claimOne();

    assertThat(stage.store().enqueue(List.of(task))).containsExactly(new Enqueued.Duplicate(id));
  }

  @Test
  void takes_a_unique_task_again_when_its_twin_is_over() {
    var task = PLAIN.unique(true);
    var worker = stage.worker("anna");
    stage.enqueue(task);
    worker.settle(worker.claimOne(), Stage.success());

    var second = stage.store().enqueue(List.of(task)).getFirst();
    assertThat(second).isInstanceOf(Enqueued.Created.class);
    stage.store().cancel(List.of(second.resultId()));

    assertThat(stage.store().enqueue(List.of(task))).allMatch(Enqueued.Created.class::isInstance);
  }

  @Test
  void keeps_a_twin_standing_while_it_is_tried_again() {
    var task = PLAIN.unique(true);
    var worker = stage.worker("anna");
    var id = stage.enqueue(task);

    worker.settle(worker.claimOne(), Stage.failure());

    assertThat(stage.store().enqueue(List.of(task))).containsExactly(new Enqueued.Duplicate(id));
  }

  @Test
  void keeps_headers_beside_the_spec() {
    var headers = new Json("{\"traceparent\":\"00-ab-cd-01\"}");
    var task = new NewTask(PLAIN.spec(), PLAIN.start(), null, false, headers);

    var run = stage.get(stage.enqueue(task));

    assertThat(run.headers()).isEqualTo(headers);
    assertThat(run.specHash()).isEqualTo(PLAIN.spec().hash());
  }
}
