package io.reproq.testkit;

import static io.reproq.testkit.TaskRunAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.store.NewTask;
import io.reproq.store.Promoted;
import io.reproq.task.Spec;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// What [io.reproq.store.TaskStore#promote] has to do.
abstract class PromoteContract {
  private final Stage stage;

  PromoteContract(Stage stage) {
    this.stage = stage;
  }

  @Test
  void has_nothing_to_wait_for_when_nothing_is_deferred() {
    stage.enqueue();

    assertThat(stage.store().promote(10)).isEqualTo(new Promoted(0, null));
  }

  @Test
  void tells_when_the_next_task_is_due() {
    defer(9);
    defer(4);

    assertThat(stage.store().promote(10)).isEqualTo(new Promoted(0, Duration.ofSeconds(4)));
  }

  @Test
  void makes_due_tasks_ready_and_leaves_the_others() {
    var early = defer(1);
    var late = defer(3);
    var version = stage.get(early).standing().version();
    stage.advance(Duration.ofSeconds(1));

    assertThat(stage.store().promote(10)).isEqualTo(new Promoted(1, Duration.ofSeconds(2)));

    assertThat(stage.get(early)).isReady().runsAfter(null).hasVersion(version + 1);
    assertThat(stage.get(late)).isDeferred();
  }

  @Test
  void promotes_no_more_than_the_limit_and_the_longest_due_first() {
    var third = defer(3);
    var first = defer(1);
    var second = defer(2);
    stage.advance(Duration.ofSeconds(5));

    assertThat(stage.store().promote(2)).isEqualTo(new Promoted(2, Duration.ZERO));

    assertThat(stage.get(first)).isReady();
    assertThat(stage.get(second)).isReady();
    assertThat(stage.get(third)).isDeferred();
    assertThat(stage.store().promote(2)).isEqualTo(new Promoted(1, null));
  }

  @Test
  void gives_a_promoted_task_to_a_claim() {
    var id = defer(1);
    stage.advance(Duration.ofSeconds(1));
    stage.store().promote(10);

    assertThat(stage.worker("anna").claimOne().resultId()).isEqualTo(id);
  }

  @Test
  void leaves_parked_tasks_alone() {
    var id = stage.enqueue(Spec.of("sample.sum"));
    stage.worker("anna").claim(1);

    assertThat(stage.store().promote(10)).isEqualTo(new Promoted(0, null));
    assertThat(stage.get(id)).isParkedUnder("path:sample.sum");
  }

  private long defer(int seconds) {
    return stage.enqueue(
        NewTask.of(Spec.of(Stage.GREET).build()).after(Duration.ofSeconds(seconds)));
  }
}
