package io.reproq.testkit;

import static io.reproq.testkit.TaskRunAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.store.CancelAnswer;
import io.reproq.store.ClaimedTask;
import io.reproq.store.EnqueuedWorkflow;
import io.reproq.store.NewTask;
import io.reproq.store.Pruning;
import io.reproq.store.QueueStatus;
import io.reproq.store.Retried;
import io.reproq.store.Settled;
import io.reproq.store.Settlement;
import io.reproq.store.WorkflowRun;
import io.reproq.store.WorkflowRun.Ended;
import io.reproq.store.WorkflowStatus;
import io.reproq.task.Outcome;
import io.reproq.task.Spec;
import io.reproq.task.TaskStatus;
import io.reproq.workflow.Workflow;
import io.reproq.workflow.Workflow.Step;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// What the contracts of workflows do and look at.
abstract class WorkflowStage {
  private final Stage stage;

  WorkflowStage(Stage stage) {
    this.stage = stage;
  }

  Stage stage() {
    return stage;
  }

  static Step step() {
    return Workflow.step(NewTask.of(Spec.of(Stage.GREET).build()));
  }

  static QueueStatus waiting() {
    return new QueueStatus(Spec.DEFAULT_QUEUE, TaskStatus.WAITING);
  }

  static Outcome forGood() {
    return new Outcome.Failed(Stage.BOOM, false);
  }

  EnqueuedWorkflow enqueue(Workflow workflow) {
    return stage.store().enqueueWorkflow(workflow.compile());
  }

  WorkflowRun run(EnqueuedWorkflow workflow) {
    return stage.store().findWorkflow(workflow.workflowId()).orElseThrow();
  }

  WorkflowRun expect(
      EnqueuedWorkflow workflow, WorkflowStatus status, int successes, int failures) {
    var run = run(workflow);
    return new WorkflowRun(
        workflow.workflowId(),
        status,
        workflow.resultIds().size(),
        new Ended(successes, failures),
        null,
        run.createdAt(),
        stage.clock().now());
  }

  List<TaskStatus> statuses(List<Long> ids) {
    return stage.store().find(ids).stream().map(task -> task.standing().status()).toList();
  }

  Retried retry(long id) {
    return stage.store().retry(List.of(id)).getFirst();
  }

  CancelAnswer cancel(long id) {
    return stage.store().cancel(List.of(id)).getFirst();
  }

  long prune() {
    var ends = Set.of(TaskStatus.SUCCESSFUL, TaskStatus.FAILED, TaskStatus.CANCELLED);
    return stage.store().prune(Pruning.of(Duration.ZERO, 1000).in(ends)).count();
  }

  void settleAll(List<ClaimedTask> tasks) {
    var settlements = new ArrayList<Settlement>();
    tasks.forEach(task -> settlements.add(ScriptedWorker.settlement(task, Stage.success())));
    assertThat(stage.store().settle(settlements))
        .hasSize(tasks.size())
        .allMatch(Settled.Applied.class::isInstance);
  }

  /// Runs everything there is to run, well.
  static void finish(ScriptedWorker worker) {
    for (var tasks = worker.claim(1); !tasks.isEmpty(); tasks = worker.claim(1)) {
      worker.settle(tasks.getFirst(), Stage.success());
    }
  }
}
