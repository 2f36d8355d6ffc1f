package io.reproq.testkit;

import static io.reproq.testkit.TaskRunAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.store.ClaimedTask;
import io.reproq.store.NewTask;
import io.reproq.store.NewTask.Moment;
import io.reproq.store.TaskRun;
import io.reproq.store.WorkflowRun.Ended;
import io.reproq.store.WorkflowStatus;
import io.reproq.task.Failure;
import io.reproq.task.FailureKind;
import io.reproq.task.Outcome;
import io.reproq.task.Spec;
import io.reproq.task.TaskStatus;
import io.reproq.workflow.Workflow;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What becomes of tasks whose time to start runs out.
abstract class ExpiryContract {
  private static final Duration LIFE = Duration.ofSeconds(5);

  private final Stage stage;

  ExpiryContract(Stage stage) {
    this.stage = stage;
  }

  @Test
  void a_task_tells_when_it_expires() {
    var now = stage.clock().now();
    var after = stage.enqueue(expiring(Spec.of(Stage.GREET)));
    var at =
        stage.enqueue(
            NewTask.of(Spec.of(Stage.GREET).build()).expiring(new Moment.At(now.plusSeconds(7))));

    assertThat(stage.get(after).times().expiresAt()).isEqualTo(now.plus(LIFE));
    assertThat(stage.get(at).times().expiresAt()).isEqualTo(now.plusSeconds(7));
    assertThat(stage.get(stage.enqueue()).times().expiresAt()).isNull();
  }

  @Test
  void a_task_is_claimed_until_it_expires_and_not_after() {
    var anna = stage.worker("anna");
    var early = stage.enqueue(expiring(Spec.of(Stage.GREET)));
    stage.advance(LIFE.minusMillis(1));
    assertThat(anna.claimOne().resultId()).isEqualTo(early);
    var late = stage.enqueue(expiring(Spec.of(Stage.GREET)));
    stage.advance(LIFE);

    assertThat(anna.claim(5)).isEmpty();

    assertExpired(stage.get(late), 0);
  }

  @Test
  void a_claim_says_how_much_of_the_time_to_start_is_left() {
    var anna = stage.worker("anna");
    stage.enqueue(expiring(Spec.of(Stage.GREET)));
    stage.enqueue(expiring(KeysContract.locked("a")));
    stage.enqueue();
    stage.advance(Duration.ofMillis(1500));

    assertThat(anna.claim(5))
        .extracting(ClaimedTask::startWithin)
        .containsExactly(LIFE.minusMillis(1500), LIFE.minusMillis(1500), null);
  }

  @Test
  void a_claim_goes_on_behind_what_is_expired() {
    stage.enqueue(expiring(Spec.of(Stage.GREET)));
    stage.advance(LIFE);
    var next = stage.enqueue();

    assertThat(stage.worker("anna").claimOne().resultId()).isEqualTo(next);
  }

  @Test
  void what_nobody_claims_ends_all_the_same() {
    var ready = stage.enqueue(expiring(Spec.of(Stage.GREET).queue("unserved")));
    var deferred = stage.enqueue(expiring(Spec.of(Stage.GREET)).after(Duration.ofSeconds(60)));
    var parked = stage.enqueue(expiring(Spec.of("sample.sum")));
    stage.worker("anna").claim(5);
    stage.advance(LIFE);

    var promoted = stage.store().promote(10);

    assertThat(promoted.count()).isZero();
    assertThat(promoted.nextDue()).isNull();
    for (var id : List.of(ready, deferred, parked)) {
      assertExpired(stage.get(id), 0);
    }
  }

  @Test
  void what_runs_goes_on() {
    var anna = stage.worker("anna");
    stage.enqueue(expiring(Spec.of(Stage.GREET)));
    var task = anna.claimOne();
    stage.advance(LIFE);
    stage.store().promote(10);

    anna.settle(task, Stage.success());

    assertThat(stage.get(task.resultId()).standing().status()).isEqualTo(TaskStatus.SUCCESSFUL);
  }

  @Test
  void what_would_be_tried_again_after_it_expired_ends() {
    var anna = stage.worker("anna");
    stage.enqueue(expiring(Spec.of(Stage.GREET)));
    var task = anna.claimOne();
    stage.advance(LIFE);
    stage.store().promote(10);
    anna.settle(task, Stage.failure());

    stage.store().promote(10);

    var run = stage.get(task.resultId());
    assertThat(run.standing().status()).isEqualTo(TaskStatus.CANCELLED);
    assertThat(run.result().errors())
        .extracting(error -> error.failure())
        .containsExactly(Stage.BOOM, Failure.EXPIRED);
    assertThat(run.result().lastError()).isEqualTo(Failure.EXPIRED.summary());
  }

  @Test
  void what_is_given_back_after_it_expired_is_not_started_again() {
    var anna = stage.worker("anna");
    stage.enqueue(expiring(Spec.of(Stage.GREET)));
    var task = anna.claimOne();
    stage.advance(LIFE);
    anna.settle(task, new Outcome.GivenBack());

    assertThat(anna.claim(5)).isEmpty();

    assertExpired(stage.get(task.resultId()), 0);
  }

  @Test
  void an_expired_task_stands_for_its_twins_no_more() {
    var first = stage.enqueue(expiring(Spec.of(Stage.GREET)).unique(true));
    stage.advance(LIFE);
    stage.store().promote(10);

    assertThat(stage.enqueue(expiring(Spec.of(Stage.GREET)).unique(true))).isNotEqualTo(first);
  }

  @Test
  void an_expired_task_lets_others_have_the_key_that_it_was_promoted_for() {
    var anna = stage.worker("anna");
    stage.enqueue(KeysContract.locked("a"));
    var held = anna.claimOne();
    var expiring = stage.enqueue(expiring(KeysContract.locked("a")));
    stage.advance(Duration.ofMillis(1));
    var next = stage.enqueue(KeysContract.locked("a"));
    anna.claim(5);
    stage.advance(LIFE);
    anna.settle(held, Stage.success());
    assertThat(stage.get(expiring)).isReady();

    assertThat(anna.claimOne().resultId()).isEqualTo(next);
    assertExpired(stage.get(expiring), 0);
  }

  @Test
  void a_cancelled_task_does_not_expire_too() {
    var id = stage.enqueue(expiring(Spec.of(Stage.GREET)));
    stage.store().cancel(List.of(id));
    stage.advance(LIFE);

    stage.store().promote(10);

    assertThat(stage.get(id).result().errors()).isEmpty();
  }

  @Test
  void a_member_of_a_workflow_that_expires_takes_those_behind_it_along() {
    var chain =
        Workflow.chain(
            Workflow.step(NewTask.of(Spec.of(Stage.GREET).build())),
            Workflow.step(expiring(Spec.of(Stage.GREET))),
            Workflow.step(NewTask.of(Spec.of(Stage.GREET).build())));
    var alarm = Workflow.step(NewTask.of(Spec.of("sample.alarm").build()));
    var workflow = stage.store().enqueueWorkflow(chain.onFailure(alarm).compile());
    var ids = workflow.resultIds();
    var anna = stage.worker("anna");
    var first = anna.claimOne();
    stage.advance(LIFE);

    stage.store().promote(10);

    assertExpired(stage.get(ids.get(1)), 0);
    assertThat(stage.get(ids.get(2))).isFailed().hasErrors(FailureKind.WORKFLOW_FAILED);
    assertThat(stage.get(ids.get(2)).result().errors().getFirst().failedResultId())
        .isEqualTo(ids.get(1));
    assertThat(stage.handling("bert", "sample.alarm").claim(9)).hasSize(1);
    anna.settle(first, Stage.success());
    var run = stage.store().findWorkflow(workflow.workflowId()).orElseThrow();
    assertThat(run.status()).isEqualTo(WorkflowStatus.FAILED);
    assertThat(run.ended()).isEqualTo(new Ended(1, 2));
  }

  @Test
  void a_member_of_a_workflow_that_a_claim_finds_expired_is_told_too() {
    var chain =
        Workflow.chain(
            Workflow.step(expiring(Spec.of(Stage.GREET))),
            Workflow.step(NewTask.of(Spec.of(Stage.GREET).build())));
    var ids = stage.store().enqueueWorkflow(chain.compile()).resultIds();
    stage.advance(LIFE);

    assertThat(stage.worker("anna").claim(5)).isEmpty();

    assertExpired(stage.get(ids.getFirst()), 0);
    assertThat(stage.get(ids.getLast())).isFailed();
  }

  private static NewTask expiring(Spec.Builder spec) {
    return NewTask.of(spec.build()).expiring(new Moment.After(LIFE));
  }

  private static void assertExpired(TaskRun run, int attempts) {
    assertThat(run.standing().status()).isEqualTo(TaskStatus.CANCELLED);
    assertThat(run.standing().attempts()).isEqualTo(attempts);
    assertThat(run.result().errors())
        .extracting(error -> error.failure())
        .containsExactly(Failure.EXPIRED);
    assertThat(run.result().lastError()).isEqualTo(Failure.EXPIRED.summary());
  }
}
