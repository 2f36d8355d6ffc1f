package io.reproq.testkit;

import static io.reproq.testkit.TaskRunAssert.assertThat;
import static io.reproq.workflow.Workflow.chain;
import static io.reproq.workflow.Workflow.chord;
import static io.reproq.workflow.Workflow.group;
import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.json.Json;
import io.reproq.store.NewTask;
import io.reproq.store.Retried;
import io.reproq.store.WorkflowRun.Ended;
import io.reproq.store.WorkflowStatus;
import io.reproq.task.Outcome;
import io.reproq.task.Spec;
import io.reproq.task.TaskStatus;
import io.reproq.workflow.Workflow;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// What a store has to do about workflows that go well.
abstract class WorkflowContract extends WorkflowStage {
  WorkflowContract(Stage stage) {
    super(stage);
  }

  @Test
  void a_chain_runs_one_task_after_the_other() {
    var chain = enqueue(chain(step(), step(), step()));
    var worker = stage().worker("anna");

    for (var id : chain.resultIds()) {
      assertThat(stage().get(id)).isReady();
      var task = worker.claimOne();
      assertThat(task.resultId()).isEqualTo(id);
      assertThat(worker.claim(1)).isEmpty();
      worker.settle(task, Stage.success());
    }

    assertThat(run(chain)).isEqualTo(expect(chain, WorkflowStatus.SUCCESSFUL, 3, 0));
  }

  @Test
  void those_that_wait_say_for_how_many() {
    var chord = enqueue(chord(group(step(), step()), step()));
    var callback = chord.resultIds().getLast();

    assertThat(stage().get(callback).standing().status()).isEqualTo(TaskStatus.WAITING);
    assertThat(stage().get(callback).standing().waitCount()).isEqualTo(2);
    var version = stage().get(callback).standing().version();
    var worker = stage().worker("anna");
    worker.settle(worker.claimOne(), Stage.success());

    assertThat(stage().get(callback).standing().waitCount()).isEqualTo(1);
    assertThat(stage().get(callback)).hasVersion(version);
    assertThat(run(chord).status()).isEqualTo(WorkflowStatus.RUNNING);
    worker.settle(worker.claimOne(), Stage.success());
    assertThat(stage().get(callback)).isReady().hasVersion(version + 1);
    assertThat(run(chord).status()).isEqualTo(WorkflowStatus.WAITING_CALLBACK);
    assertThat(run(chord).callback()).isEqualTo(callback);
    assertThat(run(chord).expected()).isEqualTo(2);
    worker.settle(worker.claimOne(), Stage.success());
    assertThat(run(chord).status()).isEqualTo(WorkflowStatus.SUCCESSFUL);
    assertThat(run(chord).ended()).isEqualTo(new Ended(2, 0));
  }

  @Test
  void both_last_members_of_one_batch_are_counted() {
    var chord = enqueue(chord(group(step(), step(), step()), step()));
    var worker = stage().worker("anna");

    settleAll(worker.claim(3));

    assertThat(stage().get(chord.resultIds().getLast())).isReady();
    assertThat(run(chord).ended()).isEqualTo(new Ended(3, 0));
  }

  @Test
  void an_empty_chord_is_its_callback() {
    var chord = enqueue(chord(group(), step()));

    assertThat(chord.resultIds()).hasSize(1);
    assertThat(stage().get(chord.resultIds().getFirst())).isReady();
    assertThat(run(chord).status()).isEqualTo(WorkflowStatus.WAITING_CALLBACK);
    finish(stage().worker("anna"));
    assertThat(run(chord).status()).isEqualTo(WorkflowStatus.SUCCESSFUL);
  }

  @Test
  void twins_in_workflows_and_beside_them_do_not_matter_to_each_other() {
    var twin = NewTask.of(Spec.of(Stage.GREET).build()).unique(true);
    var chain = enqueue(chain(Workflow.step(twin), Workflow.step(twin)));
    var outside = stage().enqueue(twin);
    var worker = stage().worker("anna");

    assertThat(chain.resultIds()).hasSize(2).doesNotContain(outside);
    var first = worker.claimOne();
    worker.settle(first, Stage.success());
    assertThat(stage().get(chain.resultIds().getLast())).isReady();
    worker.settle(
        worker.claim(2).stream()
            .filter(task -> task.resultId() == chain.resultIds().getLast())
            .findFirst()
            .orElseThrow(),
        forGood());
    assertThat(retry(chain.resultIds().getLast())).isEqualTo(new Retried.Ready());
  }

  @Test
  void parts_within_parts_end_well() {
    var inner = chord(group(step(), chain(step(), step())), step());
    var nested = enqueue(chain(step(), inner, group(step(), step()), step()));
    var worker = stage().worker("anna");

    finish(worker);

    assertThat(nested.resultIds()).hasSize(8);
    assertThat(statuses(nested.resultIds())).containsOnly(TaskStatus.SUCCESSFUL);
    assertThat(run(nested)).isEqualTo(expect(nested, WorkflowStatus.SUCCESSFUL, 8, 0));
  }

  @Test
  void a_task_that_waited_starts_no_earlier_than_its_time() {
    var later = NewTask.of(Spec.of(Stage.GREET).build()).after(Duration.ofSeconds(30));
    var ids = enqueue(chain(step(), Workflow.step(later), Workflow.step(later))).resultIds();
    var worker = stage().worker("anna");
    var due = stage().clock().now().plusSeconds(30);
    stage().advance(Duration.ofSeconds(1));

    worker.settle(worker.claimOne(), Stage.success());

    assertThat(stage().get(ids.get(1))).isDeferred().runsAfter(due);
    stage().advance(Duration.ofSeconds(30));
    stage().store().promote(9);
    worker.renew();
    worker.settle(worker.claimOne(), Stage.success());
    assertThat(stage().get(ids.get(2))).isReady();
  }

  @Test
  void the_results_of_predecessors_come_in_the_order_of_members() {
    var chord = enqueue(chord(group(step(), step(), step()), step()));
    var worker = stage().worker("anna");
    var members = worker.claim(3);
    for (var i = 2; i >= 0; i--) {
      worker.settle(members.get(i), new Outcome.Succeeded(new Json("\"r" + i + "\"")));
    }

    assertThat(stage().store().results(chord.resultIds().getLast()))
        .containsExactly(new Json("\"r0\""), new Json("\"r1\""), new Json("\"r2\""));
    assertThat(stage().store().results(members.getFirst().resultId())).isEmpty();
    assertThat(stage().store().results(987_654_321L)).isEmpty();
  }

  @Test
  void an_unknown_workflow_is_none() {
    assertThat(stage().store().findWorkflow(UUID.randomUUID())).isEmpty();
  }

  @Test
  void pruning_never_strands_a_workflow() {
    var chain = enqueue(chain(step(), step(), step()));
    var worker = stage().worker("anna");
    worker.settle(worker.claimOne(), Stage.success());

    assertThat(prune()).isZero();

    var second = worker.claimOne();
    assertThat(stage().store().results(second.resultId())).hasSize(1);
    worker.settle(second, Stage.success());
    worker.settle(worker.claimOne(), forGood());
    // The last may be retried, and wants to know what came before.
    assertThat(prune()).isEqualTo(2);
    assertThat(stage().store().find(List.of(chain.resultIds().get(1)))).hasSize(1);
    assertThat(prune()).isEqualTo(1);
    assertThat(stage().store().find(chain.resultIds())).isEmpty();
    assertThat(stage().store().findWorkflow(chain.workflowId())).isEmpty();
  }

  @Test
  void a_chord_of_ten_thousand_comes_to_its_callback() {
    var members = IntStream.range(0, 10_000).mapToObj(i -> (Workflow) step()).toList();
    var chord = enqueue(new Workflow.Chord(new Workflow.Group(members), step()));
    var worker = stage().worker("anna");

    for (var batch = worker.claim(1000); batch.size() == 1000; batch = worker.claim(1000)) {
      settleAll(batch);
    }

    assertThat(run(chord).ended()).isEqualTo(new Ended(10_000, 0));
    assertThat(stage().get(chord.resultIds().getLast())).isRunningOn("anna");
  }
}
