package io.reproq.testkit;

import static io.reproq.testkit.TaskRunAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.json.Json;
import io.reproq.store.NewTask;
import io.reproq.store.NewTask.Moment;
import io.reproq.store.Replayed;
import io.reproq.task.Limits;
import io.reproq.task.Payload;
import io.reproq.task.Spec;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/// What [io.reproq.store.TaskStore#replay] and [io.reproq.store.TaskStore#newest] have to do.
abstract class ReplayContract {
  private static final NewTask UNIQUE = NewTask.of(Spec.of(Stage.GREET).build()).unique(true);

  private final Stage stage;

  ReplayContract(Stage stage) {
    this.stage = stage;
  }

  @Test
  void the_new_task_is_described_like_the_old_one_and_starts_at_once() {
    var spec =
        Spec.of(Stage.GREET)
            .payload(new Payload(new Json("[1]"), new Json("{\"a\":2}"), false))
            .queue("mail")
            .priority(7)
            .limits(new Limits("lock", "many", 3))
            .runAfter("2026-01-01T01:00:00+00:00")
            .timeout(Duration.ofSeconds(5))
            .build();
    var headers = new Json("{\"tag\":\"x\"}");
    var life = new Moment.After(Duration.ofHours(2));
    var old =
        stage.enqueue(
            new NewTask(spec, new Moment.After(Duration.ofHours(1)), life, false, headers));

    var id = replayed(old);

    var run = stage.get(id);
    assertThat(run).isReady().hasAttempts(0).hasVersion(1);
    assertThat(run.queue()).isEqualTo("mail");
    assertThat(run.spec()).isEqualTo(stage.get(old).spec());
    assertThat(run.specHash()).isEqualTo(spec.hash());
    assertThat(run.headers()).isEqualTo(headers);
    assertThat(run.times().expiresAt()).isNull();
    assertThat(stage.get(old)).isDeferred();
  }

  @Test
  void a_task_that_is_over_is_run_anew() {
    var anna = stage.worker("anna");
    var task = stage.running(anna);
    anna.settle(task, Stage.success());
    var before = stage.get(task.resultId());

    var id = replayed(task.resultId());

    assertThat(anna.claimOne().resultId()).isEqualTo(id);
    assertThat(stage.get(task.resultId())).isEqualTo(before);
  }

  @Test
  void a_unique_task_has_no_twin_by_a_replay() {
    var first = stage.enqueue(UNIQUE);
    assertThat(replay(first)).isEqualTo(new Replayed.TwinActive(first));
    stage.store().cancel(List.of(first));

    var second = replayed(first);

    assertThat(stage.enqueue(UNIQUE)).isEqualTo(second);
    assertThat(replay(first)).isEqualTo(new Replayed.TwinActive(second));
  }

  @Test
  void a_task_that_is_not_unique_may_be_replayed_while_it_runs() {
    var task = stage.running(stage.worker("anna"));

    assertThat(stage.get(replayed(task.resultId()))).isReady();
  }

  @Test
  void what_is_not_there_is_not_replayed() {
    assertThat(replay(987_654_321L)).isEqualTo(new Replayed.Unknown());
  }

  @Test
  void the_newest_of_a_spec_is_found_by_its_hash() {
    var first = stage.enqueue();
    var second = stage.enqueue();
    stage.enqueue(Spec.of("sample.sum"));
    stage.store().cancel(List.of(second));
    var hash = stage.get(first).specHash();

    assertThat(stage.store().newest(hash)).isEqualTo(OptionalLong.of(second));
    assertThat(stage.store().newest("0".repeat(64))).isEmpty();
  }

  private Replayed replay(long id) {
    return stage.store().replay(id);
  }

  private long replayed(long id) {
    return switch (replay(id)) {
      case Replayed.Enqueued(var newId) -> newId;
      case Replayed.Unknown unknown -> throw new AssertionError("there is no task " + id);
      case Replayed.TwinActive(var twin) -> throw new AssertionError(id + " has the twin " + twin);
    };
  }
}
