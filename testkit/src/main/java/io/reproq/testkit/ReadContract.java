package io.reproq.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.store.NewTask;
import io.reproq.store.QueueStatus;
import io.reproq.store.TaskQuery;
import io.reproq.store.TaskRun;
import io.reproq.task.Outcome;
import io.reproq.task.Spec;
import io.reproq.task.TaskStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What find, list and counts have to tell.
abstract class ReadContract {
  private final Stage stage;

  ReadContract(Stage stage) {
    this.stage = stage;
  }

  @Test
  void find_brings_known_tasks_in_ascending_order() {
    var first = stage.enqueue();
    var second = stage.enqueue();
    var third = stage.enqueue();

    assertThat(stage.store().find(List.of(third, 987_654_321L, first, third)))
        .extracting(TaskRun::resultId)
        .containsExactly(first, third);
    assertThat(stage.store().find(List.of(second))).hasSize(1);
    assertThat(stage.store().find(List.of())).isEmpty();
    assertThat(stage.store().find(List.of(-1L, 0L))).isEmpty();
  }

  @Test
  void a_task_is_shown_with_its_description() {
    var spec = Spec.of(Stage.GREET).queue("mail").priority(4).build();

    var run = stage.get(stage.enqueue(NewTask.of(spec)));

    assertThat(run.taskPath()).isEqualTo(Stage.GREET);
    assertThat(run.queue()).isEqualTo("mail");
    assertThat(run.spec().text()).isEqualTo(spec.text());
    assertThat(run.specHash()).isEqualTo(spec.hash());
    assertThat(run.headers()).isNull();
    assertThat(run.standing().waitCount()).isZero();
    assertThat(run.standing().leasedBy()).isNull();
    assertThat(run.standing().leasedUntil()).isNull();
    assertThat(run.standing().workerIds()).isEmpty();
    assertThat(run.times().startedAt()).isNull();
    assertThat(run.times().lastAttemptedAt()).isNull();
  }

  @Test
  void list_brings_pages_in_ascending_order() {
    var ids = stage.enqueueAll(ClaimContract.tasks(7, Spec.of(Stage.GREET)));

    var first = stage.store().list(TaskQuery.first(3));
    var second = stage.store().list(TaskQuery.first(3).after(first.getLast().resultId()));
    var third = stage.store().list(TaskQuery.first(3).after(second.getLast().resultId()));

    var pages = new ArrayList<TaskRun>();
    pages.addAll(first);
    pages.addAll(second);
    pages.addAll(third);
    assertThat(pages).extracting(TaskRun::resultId).isEqualTo(ids);
    assertThat(stage.store().list(TaskQuery.first(3).after(ids.getLast()))).isEmpty();
  }

  @Test
  void list_has_tasks_of_every_place() {
    var worker = stage.worker("anna");
    stage.enqueue(Spec.of("sample.sum"));
    worker.claim(1);
    var finished = stage.running(worker);
    worker.settle(finished, Stage.success());
    stage.running(worker);
    stage.enqueue();
    stage.enqueue(NewTask.of(Spec.of(Stage.GREET).build()).after(Duration.ofSeconds(1)));

    assertThat(stage.store().list(TaskQuery.first(10)))
        .extracting(run -> run.standing().place())
        .containsExactly("parked", "finished", "running", "ready", "deferred");
  }

  @Test
  void list_keeps_to_every_part_of_the_query() {
    var worker = stage.worker("anna");
    var running = stage.running(worker).resultId();
    var mail = stage.enqueue(Spec.of(Stage.GREET).queue("mail"));
    var sum = stage.enqueue(Spec.of("sample.sum").queue("mail"));
    var ready = stage.enqueue();

    var all = TaskQuery.first(10);
    assertThat(ids(all.inQueue("mail"))).containsExactly(mail, sum);
    assertThat(ids(all.ofPath(Stage.GREET))).containsExactly(running, mail, ready);
    assertThat(ids(all.in(TaskStatus.RUNNING))).containsExactly(running);
    assertThat(ids(all.in(TaskStatus.READY))).containsExactly(mail, sum, ready);
    assertThat(ids(all.ofPath(Stage.GREET).inQueue("mail").in(TaskStatus.READY)))
        .containsExactly(mail);
    assertThat(ids(all.in(TaskStatus.READY).after(mail))).containsExactly(sum, ready);
    assertThat(ids(all.in(TaskStatus.FAILED))).isEmpty();
    assertThat(ids(all.inQueue("none"))).isEmpty();
  }

  @Test
  void list_tells_the_three_ends_apart() {
    var worker = stage.worker("anna");
    var good = stage.running(worker);
    worker.settle(good, Stage.success());
    var bad = stage.running(worker);
    worker.settle(bad, new Outcome.Failed(Stage.BOOM, false));
    var stopped = stage.enqueue();
    stage.store().cancel(List.of(stopped));

    var all = TaskQuery.first(10);
    assertThat(ids(all.in(TaskStatus.SUCCESSFUL))).containsExactly(good.resultId());
    assertThat(ids(all.in(TaskStatus.FAILED))).containsExactly(bad.resultId());
    assertThat(ids(all.in(TaskStatus.CANCELLED))).containsExactly(stopped);
  }

  @Test
  void an_empty_store_counts_nothing() {
    assertThat(counts()).isEmpty();
  }

  @Test
  void counts_follow_every_move() {
    var worker = stage.worker("anna");
    var id = stage.enqueue();
    assertThat(counts()).isEqualTo(one(TaskStatus.READY));
    var task = worker.claimOne();
    assertThat(counts()).isEqualTo(one(TaskStatus.RUNNING));
    worker.settle(task, Stage.failure());
    assertThat(counts()).isEqualTo(one(TaskStatus.READY));
    stage.advance(Duration.ofSeconds(30));
    stage.store().promote(1);
    assertThat(counts()).isEqualTo(one(TaskStatus.READY));
    worker.claimOne();
    stage.outlive(stage.worker("bert"));
    assertThat(counts()).isEqualTo(one(TaskStatus.READY));
    stage.store().cancel(List.of(id));
    assertThat(counts()).isEqualTo(one(TaskStatus.CANCELLED));
  }

  @Test
  void counts_tell_queues_apart() {
    stage.enqueueAll(ClaimContract.tasks(3, Spec.of(Stage.GREET)));
    stage.enqueueAll(ClaimContract.tasks(2, Spec.of(Stage.GREET).queue("mail")));

    assertThat(counts())
        .isEqualTo(
            Map.of(
                new QueueStatus(Spec.DEFAULT_QUEUE, TaskStatus.READY), 3L,
                new QueueStatus("mail", TaskStatus.READY), 2L));
  }

  private List<Long> ids(TaskQuery query) {
    return stage.store().list(query).stream().map(TaskRun::resultId).toList();
  }

  private Map<QueueStatus, Long> counts() {
    var counts = new HashMap<>(stage.store().counts());
    counts.values().removeIf(count -> count == 0);
    return counts;
  }

  private static Map<QueueStatus, Long> one(TaskStatus status) {
    return Map.of(new QueueStatus(Spec.DEFAULT_QUEUE, status), 1L);
  }
}
