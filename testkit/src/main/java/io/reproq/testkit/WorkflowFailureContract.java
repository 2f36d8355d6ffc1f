package io.reproq.testkit;

import static io.reproq.testkit.TaskRunAssert.assertThat;
import static io.reproq.workflow.Workflow.chain;
import static io.reproq.workflow.Workflow.chord;
import static io.reproq.workflow.Workflow.group;
import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.retry.RetryPolicy;
import io.reproq.store.CancelAnswer;
import io.reproq.store.NewTask;
import io.reproq.store.Retried;
import io.reproq.store.TaskRun.AttemptError;
import io.reproq.store.WorkflowRun.Ended;
import io.reproq.store.WorkflowStatus;
import io.reproq.task.Failure;
import io.reproq.task.FailureKind;
import io.reproq.task.Outcome;
import io.reproq.task.Spec;
import io.reproq.task.TaskStatus;
import io.reproq.workflow.Workflow;
import io.reproq.workflow.Workflow.Step;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// What a store has to do about workflows of which a task fails or is cancelled, and is retried.
abstract class WorkflowFailureContract extends WorkflowStage {
  private static final String FAILED_SUMMARY =
      "workflow_failed: Workflow failed due to task failure";

  WorkflowFailureContract(Stage stage) {
    super(stage);
  }

  @Test
  void a_failing_third_of_five_ends_the_rest_and_a_retry_goes_on() {
    var chain = enqueue(chain(step(), step(), step(), step(), step()));
    var ids = chain.resultIds();
    var worker = stage().worker("anna");
    worker.settle(worker.claimOne(), Stage.success());
    worker.settle(worker.claimOne(), Stage.success());
    worker.settle(worker.claimOne(), forGood());
    var now = stage().clock().now();

    assertThat(stage().get(ids.get(2))).isFailed().hasLastError("boom");
    for (var id : ids.subList(3, 5)) {
      assertThat(stage().get(id))
          .isFailed()
          .hasAttempts(0)
          .hasLastError(FAILED_SUMMARY)
          .endsWithError(new AttemptError(Failure.STRANDED, 0, now, null, ids.get(2)));
      assertThat(stage().get(id).times().finishedAt()).isEqualTo(now);
    }
    assertThat(run(chain).status()).isEqualTo(WorkflowStatus.FAILED);
    assertThat(run(chain).ended()).isEqualTo(new Ended(2, 3));

    assertThat(retry(ids.get(2))).isEqualTo(new Retried.Ready());

    assertThat(statuses(ids))
        .containsExactly(
            TaskStatus.SUCCESSFUL,
            TaskStatus.SUCCESSFUL,
            TaskStatus.READY,
            TaskStatus.WAITING,
            TaskStatus.WAITING);
    assertThat(run(chain).status()).isEqualTo(WorkflowStatus.RUNNING);
    assertThat(run(chain).ended()).isEqualTo(new Ended(2, 0));
    finish(worker);
    assertThat(statuses(ids)).containsOnly(TaskStatus.SUCCESSFUL);
    assertThat(run(chain).status()).isEqualTo(WorkflowStatus.SUCCESSFUL);
  }

  @Test
  void the_failure_of_one_member_does_not_stop_the_others() {
    var chord = enqueue(chord(group(step(), step(), step()), step()));
    var worker = stage().worker("anna");
    var tasks = worker.claim(3);

    worker.settle(tasks.get(1), forGood());

    assertThat(stage().get(chord.resultIds().getLast())).isFailed();
    assertThat(stage().get(tasks.get(0).resultId())).isRunningOn("anna");
    worker.settle(tasks.get(0), Stage.success());
    worker.settle(tasks.get(2), Stage.success());
    assertThat(run(chord).status()).isEqualTo(WorkflowStatus.FAILED);
    assertThat(run(chord).ended()).isEqualTo(new Ended(2, 1));

    retry(tasks.get(1).resultId());

    assertThat(stage().get(chord.resultIds().getLast()).standing().waitCount()).isEqualTo(1);
    assertThat(run(chord).status()).isEqualTo(WorkflowStatus.RUNNING);
    finish(worker);
    assertThat(statuses(chord.resultIds())).containsOnly(TaskStatus.SUCCESSFUL);
    assertThat(run(chord).status()).isEqualTo(WorkflowStatus.SUCCESSFUL);
  }

  @Test
  void of_two_failed_members_both_must_be_retried() {
    var chord = enqueue(chord(group(step(), step()), step()));
    var ids = chord.resultIds();
    var worker = stage().worker("anna");
    for (var task : worker.claim(2)) {
      worker.settle(task, forGood());
    }

    retry(ids.get(0));

    assertThat(stage().get(ids.get(2))).isFailed();
    assertThat(run(chord).status()).isEqualTo(WorkflowStatus.FAILED);
    assertThat(run(chord).ended()).isEqualTo(new Ended(0, 1));
    finish(worker);
    retry(ids.get(1));
    assertThat(stage().get(ids.get(2)).standing().waitCount()).isEqualTo(1);
    finish(worker);
    assertThat(statuses(ids)).containsOnly(TaskStatus.SUCCESSFUL);
    assertThat(run(chord).status()).isEqualTo(WorkflowStatus.SUCCESSFUL);
  }

  @Test
  void a_task_that_failed_for_want_of_another_names_which_to_retry() {
    var ids = enqueue(chain(step(), step(), step())).resultIds();
    var worker = stage().worker("anna");
    worker.settle(worker.claimOne(), forGood());

    assertThat(retry(ids.get(2))).isEqualTo(new Retried.Blocked(ids.getFirst()));

    assertThat(statuses(ids)).containsOnly(TaskStatus.FAILED);
    assertThat(stage().store().retry(List.of(ids.get(2), ids.get(0), ids.get(1))))
        .containsExactly(new Retried.Waiting(), new Retried.Ready(), new Retried.Waiting());
    finish(worker);
    assertThat(statuses(ids)).containsOnly(TaskStatus.SUCCESSFUL);
  }

  @Test
  void what_was_discarded_takes_those_behind_it_along_for_good() {
    var chain = enqueue(chain(step(), step()));
    var ids = chain.resultIds();
    var worker = stage().worker("anna");
    worker.settle(worker.claimOne(), forGood());

    stage().store().discard(List.of(ids.get(0)));

    assertThat(statuses(ids)).containsExactly(TaskStatus.CANCELLED, TaskStatus.FAILED);
    assertThat(retry(ids.get(1))).isEqualTo(new Retried.Blocked(ids.get(0)));
    assertThat(run(chain).ended()).isEqualTo(new Ended(0, 2));
  }

  @Test
  void a_failure_reaches_all_depths_of_parts_within_parts() {
    var nested =
        enqueue(
            chain(
                group(step(), chain(step(), step())),
                chord(group(step(), step()), step()),
                step()));
    var worker = stage().worker("anna");
    var first = worker.claim(2);
    worker.settle(first.get(1), forGood());

    assertThat(stage().store().counts().getOrDefault(waiting(), 0L)).isZero();
    assertThat(run(nested).ended()).isEqualTo(new Ended(0, 6));
    worker.settle(first.get(0), Stage.success());
    retry(first.get(1).resultId());
    finish(worker);
    assertThat(statuses(nested.resultIds())).containsOnly(TaskStatus.SUCCESSFUL);
  }

  @Test
  void a_cancelled_waiting_task_takes_those_behind_it_along() {
    var chain = enqueue(chain(step(), step(), step()));
    var ids = chain.resultIds();

    assertThat(cancel(ids.get(1))).isEqualTo(CancelAnswer.CANCELLED);

    assertThat(statuses(ids))
        .containsExactly(TaskStatus.READY, TaskStatus.CANCELLED, TaskStatus.FAILED);
    finish(stage().worker("anna"));
    assertThat(run(chain)).isEqualTo(expect(chain, WorkflowStatus.FAILED, 1, 2));
  }

  @Test
  void a_cancelled_ready_task_takes_those_behind_it_along() {
    var chord = enqueue(chord(group(step(), step()), step()));

    cancel(chord.resultIds().getFirst());

    assertThat(stage().get(chord.resultIds().getLast()))
        .isFailed()
        .hasErrors(FailureKind.WORKFLOW_FAILED);
    assertThat(run(chord).status()).isEqualTo(WorkflowStatus.FAILED);
  }

  @Test
  void a_cancelled_running_task_takes_those_behind_it_along() {
    var ids = enqueue(chain(step(), step())).resultIds();
    var worker = stage().worker("anna");
    var task = worker.claimOne();
    cancel(task.resultId());

    worker.settle(task, new Outcome.Cancelled(Failure.CANCELLED));

    assertThat(statuses(ids)).containsExactly(TaskStatus.CANCELLED, TaskStatus.FAILED);
  }

  @Test
  void a_whole_workflow_can_be_cancelled_at_once() {
    var chord = enqueue(chord(group(step(), step()), step()));

    assertThat(stage().store().cancel(chord.resultIds())).containsOnly(CancelAnswer.CANCELLED);

    assertThat(statuses(chord.resultIds())).containsOnly(TaskStatus.CANCELLED);
    assertThat(run(chord).status()).isEqualTo(WorkflowStatus.FAILED);
    assertThat(run(chord).ended()).isEqualTo(new Ended(0, 2));
  }

  @Test
  void a_member_that_dies_with_its_worker_fails_the_workflow() {
    var once =
        NewTask.of(Spec.of(Stage.GREET).retry(RetryPolicy.DEFAULT.withMaxAttempts(1)).build());
    var chord = enqueue(chord(group(Workflow.step(once)), step()));
    var observer = stage().worker("bert");
    stage().worker("anna").claimOne();

    stage().outlive(observer, observer::renew);

    assertThat(statuses(chord.resultIds())).containsOnly(TaskStatus.FAILED);
    assertThat(run(chord).status()).isEqualTo(WorkflowStatus.FAILED);
  }

  @Test
  void a_member_that_is_tried_again_fails_nothing() {
    var ids = enqueue(chain(step(), step())).resultIds();
    var worker = stage().worker("anna");
    worker.settle(worker.claimOne(), Stage.failure());

    assertThat(statuses(ids)).containsExactly(TaskStatus.READY, TaskStatus.WAITING);
  }

  @Test
  void a_failing_callback_fails_the_workflow_and_may_be_retried() {
    var chord = enqueue(chord(group(step()), step()));
    var worker = stage().worker("anna");
    worker.settle(worker.claimOne(), Stage.success());
    worker.settle(worker.claimOne(), forGood());
    assertThat(run(chord).status()).isEqualTo(WorkflowStatus.FAILED);
    assertThat(run(chord).ended()).isEqualTo(new Ended(1, 0));

    retry(chord.resultIds().getLast());

    assertThat(run(chord).status()).isEqualTo(WorkflowStatus.WAITING_CALLBACK);
    finish(worker);
    assertThat(run(chord).status()).isEqualTo(WorkflowStatus.SUCCESSFUL);
  }

  @Test
  void its_failure_is_told_once_to_the_task_that_was_asked_for() {
    var alarm = new Step(NewTask.of(Spec.of("sample.alarm").build()));
    var chord = enqueue(chord(group(step(), step()), step()).onFailure(alarm));
    var worker = stage().worker("anna");
    var members = worker.claim(2);

    worker.settle(members.get(1), forGood());
    worker.settle(members.get(0), forGood());

    var told = stage().handling("carl", "sample.alarm").claim(9);
    assertThat(told).hasSize(1);
    var notice =
        "{\"failed_result_id\":%d,\"workflow_id\":\"%s\"}"
            .formatted(members.get(1).resultId(), chord.workflowId());
    assertThat(ScriptedWorker.specOf(told.getFirst()).payload().kwargs().canonical().text())
        .isEqualTo(notice);
    var headers = stage().get(told.getFirst().resultId()).headers();
    assertThat(headers).isNotNull();
    assertThat(headers.canonical().text()).isEqualTo(notice);
    assertThat(chord.resultIds()).doesNotContain(told.getFirst().resultId());
  }

  @Test
  void a_long_chain_ends_at_once_when_it_fails_and_comes_back_when_it_is_retried() {
    var steps = IntStream.range(0, 300).mapToObj(i -> (Workflow) step()).toList();
    var chain = enqueue(new Workflow.Chain(steps));
    var worker = stage().worker("anna");
    worker.settle(worker.claimOne(), forGood());
    assertThat(run(chain).ended()).isEqualTo(new Ended(0, 300));

    retry(chain.resultIds().getFirst());

    assertThat(stage().store().counts()).containsEntry(waiting(), 299L);
    assertThat(run(chain).ended()).isEqualTo(new Ended(0, 0));
  }
}
