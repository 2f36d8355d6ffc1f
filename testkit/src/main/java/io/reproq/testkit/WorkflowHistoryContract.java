package io.reproq.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.task.TaskStatus;
import org.junit.jupiter.api.Test;

/// What becomes of workflows of any shape, whatever happens to their members. 100 fixed seeds; one
/// that fails is told with the history it drew.
abstract class WorkflowHistoryContract {
  private static final int SEEDS = 100;

  private final Stage stage;

  WorkflowHistoryContract(Stage stage) {
    this.stage = stage;
  }

  @Test
  void every_history_of_a_workflow_goes_as_the_oracle_says() {
    var worker = stage.worker("anna");

    for (var seed = 1L; seed <= SEEDS; seed++) {
      new WorkflowHistory(seed, stage, worker).play();
    }

    assertThat(stage.store().counts())
        .allSatisfy((queue, count) -> {
          if (queue.status() == TaskStatus.WAITING || queue.status() == TaskStatus.RUNNING) {
            assertThat(count).isZero();
          }
        });
  }
}
