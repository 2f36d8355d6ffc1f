package io.reproq.workflow;

import static io.reproq.workflow.Workflow.chain;
import static io.reproq.workflow.Workflow.chord;
import static io.reproq.workflow.Workflow.group;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.reproq.json.Json;
import io.reproq.store.NewTask;
import io.reproq.store.NewWorkflow.Member;
import io.reproq.task.InvalidSpecException;
import io.reproq.task.Payload;
import io.reproq.task.Spec;
import io.reproq.workflow.Workflow.Step;
import java.util.Collections;
import java.util.List;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class WorkflowTest {
  private static final Step STEP = Workflow.step(NewTask.of(Spec.of("a").build()));

  @Test
  void parts_are_laid_down_after_what_they_follow() {
    var inner = chord(group(STEP, chain(STEP, STEP)), STEP);

    var flat = chain(STEP, inner, group(STEP, STEP)).compile();

    assertThat(flat.members())
        .extracting(Member::predecessors)
        .containsExactly(
            List.of(), List.of(0), List.of(0), List.of(2), List.of(1, 3), List.of(4), List.of(4));
    assertThat(flat.callback()).isNull();
    assertThat(chord(group(STEP, STEP), STEP).compile().callback()).isEqualTo(2);
  }

  @Test
  void an_empty_chord_is_its_callback() {
    assertThat(chain(STEP, chord(group(), STEP)).compile().members())
        .extracting(Member::predecessors)
        .containsExactly(List.of(), List.of(0));
  }

  @Test
  void what_could_never_run_is_refused() {
    assertThatIllegalArgumentException()
        .isThrownBy(Workflow::chain)
        .withMessageContaining("a chain needs at least one part");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> chain(STEP, group()).compile())
        .withMessageContaining("a group needs at least one part");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> chain(STEP.onFailure(STEP), STEP).compile())
        .withMessageContaining("onFailure is for a whole workflow");
    var wanting = Workflow.step(NewTask.of(Spec.of("a").withResults(true).build()));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> chain(wanting, STEP).compile())
        .withMessageContaining("has none");
  }

  @Test
  void too_many_pairs_are_refused_before_they_are_made() {
    var wide = new Workflow.Group(Collections.nCopies(1001, STEP));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> chain(wide, wide).compile())
        .withMessageContaining("put one task between");
  }

  @Test
  void results_and_arguments_exclude_each_other() {
    var spec = Spec.of("a").withResults(true).payload(Payload.ofArgs(new Json("[1]")));

    Assertions.assertThatExceptionOfType(InvalidSpecException.class)
        .isThrownBy(spec::build)
        .withMessageContaining("exec.with_results");
    var text = Spec.of("a").withResults(true).build().text();
    assertThat(text).contains("\"timeout_seconds\":900,\"with_results\":true}");
    assertThat(Spec.parse(text).withResults()).isTrue();
    assertThat(Spec.of("a").build().text()).doesNotContain("with_results");
  }
}
