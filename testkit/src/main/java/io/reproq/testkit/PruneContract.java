package io.reproq.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.store.NewTask;
import io.reproq.store.Pruned;
import io.reproq.store.Pruning;
import io.reproq.store.Pruning.Way;
import io.reproq.store.TaskRun;
import io.reproq.task.Failure;
import io.reproq.task.FailureKind;
import io.reproq.task.Outcome;
import io.reproq.task.Spec;
import io.reproq.task.TaskStatus;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What [io.reproq.store.TaskStore#prune] has to do.
abstract class PruneContract {
  private static final Duration WEEK = Duration.ofDays(7);
  private static final Failure BOOM = new Failure(FailureKind.APP_ERROR, null, "boom", null);
  private static final Pruning OLD = Pruning.of(WEEK, 100);

  private final Stage stage;

  PruneContract(Stage stage) {
    this.stage = stage;
  }

  @Test
  void deletes_what_is_over_for_long_enough() {
    var id = finished(Stage.success());
    stage.advance(WEEK);

    assertThat(prune(OLD)).isEqualTo(1);

    assertThat(stage.store().find(List.of(id))).isEmpty();
    assertThat(total()).isZero();
    assertThat(prune(OLD)).isZero();
  }

  @Test
  void deletes_the_rest_when_it_may_drop_whole_pieces() {
    var id = finished(Stage.success());
    stage.advance(WEEK);

    assertThat(prune(OLD.by(Way.DROP))).isEqualTo(1);

    assertThat(stage.store().find(List.of(id))).isEmpty();
    assertThat(total()).isZero();
  }

  @Test
  void keeps_what_was_over_a_moment_later() {
    var id = finished(Stage.success());
    stage.advance(WEEK.minusMillis(1));

    assertThat(prune(OLD.by(Way.DROP))).isZero();

    assertThat(stage.get(id).standing().status()).isEqualTo(TaskStatus.SUCCESSFUL);
  }

  @Test
  void keeps_what_is_not_over_however_old() {
    var deferred =
        stage.enqueue(NewTask.of(Spec.of(Stage.GREET).build()).after(Duration.ofDays(30)));
    var running = stage.running(stage.worker("anna")).resultId();
    var ready = stage.enqueue();
    stage.advance(WEEK.multipliedBy(2));

    assertThat(prune(OLD.in(ends()).by(Way.DROP))).isZero();

    assertThat(stage.store().find(List.of(ready, deferred, running))).hasSize(3);
  }

  @Test
  void keeps_failed_tasks_unless_they_are_asked_for() {
    var failed = finished(new Outcome.Failed(BOOM, false));
    var cancelled = stage.enqueue();
    stage.store().cancel(List.of(cancelled));
    stage.advance(WEEK);

    assertThat(prune(OLD.by(Way.DROP))).isEqualTo(1);
    assertThat(stage.store().find(List.of(failed, cancelled)))
        .singleElement()
        .satisfies(run -> assertThat(run.resultId()).isEqualTo(failed));

    assertThat(prune(OLD.in(Set.of(TaskStatus.FAILED)))).isEqualTo(1);
    assertThat(stage.store().find(List.of(failed))).isEmpty();
  }

  @Test
  void only_counts_when_it_is_told_so() {
    var id = finished(Stage.success());
    stage.advance(WEEK);

    assertThat(prune(OLD.by(Way.COUNT))).isEqualTo(1);

    assertThat(stage.store().find(List.of(id))).hasSize(1);
    assertThat(total()).isEqualTo(1);
  }

  @Test
  void deletes_no_more_than_the_limit_and_goes_on_from_there() {
    var first = finished(Stage.success());
    var second = finished(Stage.success());
    var third = finished(Stage.success());
    stage.advance(WEEK);

    var done = stage.store().prune(OLD.atMost(2));

    assertThat(done).isEqualTo(new Pruned(2, second, false));
    assertThat(stage.store().find(List.of(first, second, third))).hasSize(1);
    assertThat(stage.store().prune(OLD.after(done)).count()).isEqualTo(1);
  }

  @Test
  void keeps_the_newest_of_each_status_when_it_is_told_so() {
    var failed = finished(new Outcome.Failed(BOOM, false));
    var first = finished(Stage.success());
    var second = finished(Stage.success());
    var third = finished(Stage.success());

    assertThat(prune(Pruning.of(Duration.ZERO, 100).in(ends()).keeping(2).by(Way.COUNT)))
        .isEqualTo(1);
    assertThat(prune(Pruning.of(Duration.ZERO, 100).in(ends()).keeping(2).by(Way.DROP)))
        .isEqualTo(1);

    assertThat(stage.store().find(List.of(failed, first, second, third)))
        .extracting(TaskRun::resultId)
        .containsExactly(failed, second, third);
    assertThat(prune(Pruning.of(Duration.ZERO, 100).keeping(1))).isEqualTo(1);
    assertThat(stage.get(third).standing().status()).isEqualTo(TaskStatus.SUCCESSFUL);
  }

  @Test
  void keeps_what_is_new_as_well_as_what_is_among_the_newest() {
    var old = finished(Stage.success());
    stage.advance(WEEK);
    var second = finished(Stage.success());
    var third = finished(Stage.success());

    assertThat(prune(OLD.keeping(3))).isZero();
    assertThat(prune(OLD.keeping(1))).isEqualTo(1);

    assertThat(stage.store().find(List.of(old, second, third))).hasSize(2);
  }

  @Test
  void deletes_only_what_expired_when_it_is_told_so() {
    stage.store().cancel(List.of(stage.enqueue()));
    var expired =
        finished(new Outcome.Cancelled(Failure.of(FailureKind.EXPIRED, "its time is over")));
    var failed = finished(new Outcome.Failed(BOOM, false));

    assertThat(prune(Pruning.expired(10).by(Way.COUNT))).isEqualTo(1);
    assertThat(prune(Pruning.expired(10))).isEqualTo(1);

    assertThat(stage.store().find(List.of(expired, failed)))
        .extracting(TaskRun::resultId)
        .containsExactly(failed);
    assertThat(total()).isEqualTo(2);
  }

  @Test
  void leaves_a_unique_task_free_to_be_enqueued_again() {
    var unique = NewTask.of(Spec.of(Stage.GREET).build()).unique(true);
    var id = stage.enqueue(unique);
    stage.store().cancel(List.of(id));
    stage.advance(WEEK);

    assertThat(prune(OLD)).isEqualTo(1);

    assertThat(stage.enqueue(unique)).isGreaterThan(id);
  }

  private long finished(Outcome outcome) {
    var worker = stage.worker("anna");
    var task = stage.running(worker);
    worker.settle(task, outcome);
    return task.resultId();
  }

  private static Set<TaskStatus> ends() {
    return Set.of(TaskStatus.SUCCESSFUL, TaskStatus.FAILED, TaskStatus.CANCELLED);
  }

  private long prune(Pruning pruning) {
    return stage.store().prune(pruning).count();
  }

  private long total() {
    return stage.store().counts().values().stream().mapToLong(count -> count).sum();
  }
}
