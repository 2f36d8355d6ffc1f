package io.reproq.testkit;

import static io.reproq.workflow.Workflow.chain;
import static io.reproq.workflow.Workflow.chord;
import static io.reproq.workflow.Workflow.group;
import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.Reproq;
import io.reproq.TaskType;
import io.reproq.json.Json;
import io.reproq.store.WorkflowStatus;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class ReproqWorkflowTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final TaskType<Integer, Integer> DOUBLE =
      TaskType.of("sample.double", Integer.class, Integer.class);
  private static final TaskType<Integer[], Integer> SUM =
      TaskType.of("sample.sum", Integer[].class, Integer.class);

  @Test
  void results_are_handed_from_step_to_step() throws Exception {
    try (var reproq = Reproq.open("memory:")) {
      reproq.handle(DOUBLE, (context, number) -> 2 * number);
      reproq.handle(
          SUM,
          (context, numbers) -> {
            assertThat(context.results()).containsExactly(new Json("4"), new Json("12"));
            return Arrays.stream(numbers).mapToInt(number -> number).sum();
          });
      reproq.start();

      var handle =
          reproq.enqueue(
              chain(
                  chord(
                      group(DOUBLE.step(2), chain(DOUBLE.step(3), DOUBLE.stepWithResults())),
                      SUM.stepWithResults()),
                  DOUBLE.stepWithResults()));

      assertThat(reproq.await(handle.lastResultId(), LONG)).isEqualTo(new Json("32"));
      assertThat(reproq.findWorkflow(handle.workflowId()).orElseThrow().status())
          .isEqualTo(WorkflowStatus.SUCCESSFUL);
    }
  }
}
