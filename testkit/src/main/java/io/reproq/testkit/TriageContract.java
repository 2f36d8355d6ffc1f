package io.reproq.testkit;

import static io.reproq.testkit.TaskRunAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.store.ClaimedTask;
import io.reproq.store.Discarded;
import io.reproq.store.NewTask;
import io.reproq.store.Retried;
import io.reproq.store.Settled;
import io.reproq.store.TaskRun.AttemptError;
import io.reproq.task.Failure;
import io.reproq.task.FailureKind;
import io.reproq.task.Outcome;
import io.reproq.task.Spec;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What [io.reproq.store.TaskStore#retry] and [io.reproq.store.TaskStore#discard] have to do.
abstract class TriageContract {
  private static final long UNKNOWN = 987_654_321L;
  private static final NewTask UNIQUE = NewTask.of(Spec.of(Stage.GREET).build()).unique(true);

  private final Stage stage;

  TriageContract(Stage stage) {
    this.stage = stage;
  }

  @Test
  void a_retried_task_begins_again_and_keeps_what_went_wrong() {
    var id = failed();
    var version = stage.get(id).standing().version();

    assertThat(retry(id)).isEqualTo(new Retried.Ready());

    var run = stage.get(id);
    assertThat(run)
        .isReady()
        .hasAttempts(0)
        .hasVersion(version + 1)
        .hasLastError(null)
        .hasErrors(FailureKind.APP_ERROR)
        .ranOn("anna");
    assertThat(run.times().startedAt()).isNull();
    assertThat(run.times().lastAttemptedAt()).isNull();
    assertThat(run.times().finishedAt()).isNull();
    assertThat(run.times().failedAt()).isNull();
  }

  @Test
  void a_retried_task_has_all_its_attempts() {
    var id = failed();
    retry(id);

    stage.advance(Duration.ofSeconds(1));
    var bert = stage.worker("bert");
    var again = bert.claimOne();

    assertThat(again.resultId()).isEqualTo(id);
    assertThat(again.attempt()).isEqualTo(1);
    assertThat(stage.get(id)).isRunningOn("bert").hasAttempts(1).ranOn("anna", "bert");
    assertThat(stage.get(id).times().startedAt()).isEqualTo(stage.clock().now());
    bert.settle(again, Stage.failure());
    assertThat(stage.get(id)).isDeferred().hasErrors(FailureKind.APP_ERROR, FailureKind.APP_ERROR);
  }

  @Test
  void a_retried_task_keeps_its_turn() {
    var first = failed();
    stage.advance(Duration.ofSeconds(1));
    var later = stage.enqueue();

    retry(first);

    assertThat(stage.worker("bert").claim(2))
        .extracting(ClaimedTask::resultId)
        .containsExactly(first, later);
  }

  @Test
  void only_a_failed_task_is_retried() {
    var anna = stage.worker("anna");
    var successful = stage.running(anna);
    anna.settle(successful, Stage.success());
    var running = stage.running(anna).resultId();
    var cancelled = stage.enqueue();
    stage.store().cancel(List.of(cancelled));
    var ready = stage.enqueue();
    var ids = List.of(ready, running, successful.resultId(), cancelled, UNKNOWN);
    var before = stage.store().find(ids);

    assertThat(stage.store().retry(ids)).hasSize(5).containsOnly(new Retried.NotFailed());

    assertThat(stage.store().find(ids)).isEqualTo(before);
    assertThat(stage.store().retry(List.of())).isEmpty();
  }

  @Test
  void one_active_twin_keeps_only_its_own_twin_from_going_on() {
    var twin = failed(UNIQUE);
    var other = failed();
    var active = stage.enqueue(UNIQUE);

    assertThat(stage.store().retry(List.of(twin, other, UNKNOWN)))
        .containsExactly(
            new Retried.TwinActive(active), new Retried.Ready(), new Retried.NotFailed());

    assertThat(stage.get(twin)).isFailed();
    assertThat(stage.get(other)).isReady();
    stage.store().cancel(List.of(active));
    assertThat(retry(twin)).isEqualTo(new Retried.Ready());
  }

  @Test
  void a_task_that_was_not_unique_goes_on_beside_its_twins() {
    var first = failed();
    var second = failed();
    stage.enqueue(UNIQUE);

    assertThat(stage.store().retry(List.of(first, second))).containsOnly(new Retried.Ready());
  }

  @Test
  void of_two_failed_twins_the_first_goes_on() {
    var first = failed(UNIQUE);
    var second = failed(UNIQUE);

    assertThat(stage.store().retry(List.of(second, first)))
        .containsExactly(new Retried.TwinActive(first), new Retried.Ready());
  }

  @Test
  void a_retried_unique_task_stands_in_for_new_ones() {
    var id = failed(UNIQUE);

    retry(id);

    assertThat(stage.enqueue(UNIQUE)).isEqualTo(id);
  }

  @Test
  void the_attempt_that_failed_has_nothing_to_say_any_more() {
    var anna = stage.worker("anna");
    var task = stage.running(anna);
    anna.settle(task, forGood());
    retry(task.resultId());

    assertThat(anna.settle(task, Stage.success())).isEqualTo(new Settled.Stale());
    assertThat(stage.get(task.resultId())).isReady();
  }

  @Test
  void a_wish_to_stop_it_ended_with_the_failure() {
    var anna = stage.worker("anna");
    var task = stage.running(anna);
    stage.store().cancel(List.of(task.resultId()));
    anna.settle(task, forGood());

    retry(task.resultId());

    assertThat(stage.get(task.resultId())).isReady().hasCancelRequested(false);
    assertThat(anna.claimOne().resultId()).isEqualTo(task.resultId());
    assertThat(stage.store().cancelRequests(anna.incarnation())).isEmpty();
  }

  @Test
  void a_discarded_task_is_cancelled_and_says_so() {
    var id = failed();
    var version = stage.get(id).standing().version();
    stage.advance(Duration.ofSeconds(1));
    var now = stage.clock().now();

    assertThat(discard(id)).isEqualTo(Discarded.CANCELLED);

    var run = stage.get(id);
    assertThat(run)
        .isCancelled()
        .hasAttempts(1)
        .hasVersion(version + 1)
        .hasLastError("discarded")
        .endsWithError(new AttemptError(Failure.DISCARDED, 1, now, null));
    assertThat(run.times().finishedAt()).isEqualTo(now);
    assertThat(run.times().failedAt()).isNull();
    assertThat(retry(id)).isEqualTo(new Retried.NotFailed());
  }

  @Test
  void only_a_failed_task_is_discarded() {
    var failed = failed();
    var ready = stage.enqueue();

    assertThat(stage.store().discard(List.of(ready, failed, UNKNOWN)))
        .containsExactly(Discarded.NOT_FAILED, Discarded.CANCELLED, Discarded.NOT_FAILED);

    assertThat(stage.get(ready)).isReady();
    assertThat(stage.store().discard(List.of())).isEmpty();
  }

  private Retried retry(long id) {
    return stage.store().retry(List.of(id)).getFirst();
  }

  private Discarded discard(long id) {
    return stage.store().discard(List.of(id)).getFirst();
  }

  private long failed() {
    return failed(NewTask.of(Spec.of(Stage.GREET).build()));
  }

  private long failed(NewTask task) {
    var id = stage.enqueue(task);
    var anna = stage.worker("anna");
    anna.settle(anna.claimOne(), forGood());
    return id;
  }

  private static Outcome forGood() {
    return new Outcome.Failed(Stage.BOOM, false);
  }
}
