package io.reproq.testkit;

import static io.reproq.testkit.TaskRunAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.store.ClaimAnswer;
import io.reproq.store.ClaimRequest.Quota;
import io.reproq.store.ClaimRequest.Routing;
import io.reproq.store.ClaimedTask;
import io.reproq.task.Spec;
import io.reproq.task.TaskStatus;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Which worker gets which task.
abstract class RoutingContract {
  private static final String SUM = "sample.sum";
  private static final String SUM_KEY = "path:sample.sum";

  private final Stage stage;

  RoutingContract(Stage stage) {
    this.stage = stage;
  }

  @Test
  void a_path_that_nobody_handles_is_parked() {
    var id = stage.enqueue(Spec.of(SUM));

    var answer = ScriptedWorker.taken(claimOnce(stage.worker("anna")));

    assertThat(answer.tasks()).isEmpty();
    assertThat(answer.moved()).isTrue();
    assertThat(stage.get(id)).isParkedUnder(SUM_KEY).hasAttempts(0);
  }

  @Test
  void a_parked_path_is_no_work_for_the_one_that_parked_it() {
    stage.enqueue(Spec.of(SUM));
    var anna = stage.worker("anna");
    anna.claim(1);

    var answer = ScriptedWorker.taken(claimOnce(anna));

    assertThat(answer.tasks()).isEmpty();
    assertThat(answer.moved()).isFalse();
  }

  @Test
  void tasks_behind_another_workers_are_reached() {
    stage.enqueueAll(ClaimContract.tasks(50, Spec.of(SUM)));
    var mine = stage.enqueue();

    assertThat(stage.worker("anna").claim(1))
        .extracting(ClaimedTask::resultId)
        .containsExactly(mine);
  }

  @Test
  void a_parked_task_is_taken_by_a_worker_that_handles_it() {
    var id = stage.enqueue(Spec.of(SUM));
    stage.worker("anna").claim(1);

    var bert = stage.handling("bert", SUM);

    assertThat(bert.claimOne().resultId()).isEqualTo(id);
    assertThat(stage.get(id)).isRunningOn("bert").hasAttempts(1);
  }

  @Test
  void every_parked_task_is_taken_though_another_worker_keeps_claiming() {
    var ids = stage.enqueueAll(ClaimContract.tasks(5, Spec.of(SUM)));
    var anna = stage.worker("anna");
    var bert = stage.handling("bert", SUM);
    anna.claim(10);

    for (var id : ids) {
      assertThat(bert.claimOne().resultId()).isEqualTo(id);
      assertThat(anna.claim(10)).isEmpty();
    }
  }

  @Test
  void a_parked_task_keeps_its_rank() {
    var parked = stage.enqueue(Spec.of(SUM));
    stage.worker("anna").claim(1);
    var later = stage.enqueue(Spec.of(SUM));
    var urgent = stage.enqueue(Spec.of(SUM).priority(1));

    assertThat(stage.handling("bert", SUM).claim(3))
        .extracting(ClaimedTask::resultId)
        .containsExactly(urgent, parked, later);
  }

  @Test
  void an_executor_takes_paths_that_nobody_lists() {
    var id = stage.enqueue(Spec.of(SUM));
    stage.worker("anna").claim(1);
    var python = stage.worker("python", new Routing(Set.of(), true));

    assertThat(python.claimOne().resultId()).isEqualTo(id);
  }

  @Test
  void an_executor_leaves_paths_alone_that_a_worker_lists() {
    var id = stage.enqueue();
    var anna = stage.worker("anna");
    var python = stage.worker("python", new Routing(Set.of(), true));

    assertThat(python.claim(1)).isEmpty();
    assertThat(stage.get(id)).isParkedUnder("path:" + Stage.GREET);
    assertThat(anna.claimOne().resultId()).isEqualTo(id);
  }

  @Test
  void an_executor_takes_what_a_worker_listed_that_left() {
    var id = stage.enqueue();
    var anna = stage.worker("anna");
    var python = stage.worker("python", new Routing(Set.of(), true));
    python.claim(1);

    anna.leave();

    assertThat(python.claimOne().resultId()).isEqualTo(id);
  }

  @Test
  void an_executor_leaves_a_path_alone_while_one_of_two_workers_lists_it() {
    stage.enqueue();
    var anna = stage.worker("anna");
    stage.worker("bert");
    var python = stage.worker("python", new Routing(Set.of(), true));

    anna.leave();

    assertThat(python.claim(1)).isEmpty();
  }

  @Test
  void an_executor_with_handlers_takes_both() {
    stage.enqueue();
    stage.enqueue(Spec.of(SUM));

    var both = stage.worker("both", new Routing(Set.of(Stage.GREET), true));

    assertThat(both.claim(5)).hasSize(2);
  }

  @Test
  void parking_counts_as_ready_and_makes_a_new_version() {
    var id = stage.enqueue(Spec.of(SUM));
    var version = stage.get(id).standing().version();

    stage.worker("anna").claim(1);

    assertThat(stage.get(id)).hasVersion(version + 1);
    stage.handling("bert", SUM).claimOne();
    assertThat(stage.get(id)).hasVersion(version + 3);
  }

  @Test
  void a_worker_looks_for_parked_tasks_in_its_own_queues_alone() {
    var id = stage.enqueue(Spec.of(SUM).queue("mail"));
    var anna = stage.worker("anna");
    anna.claim(new Quota("mail", 1));

    assertThat(stage.handling("bert", SUM).claim(1)).isEmpty();
    assertThat(stage.get(id).standing().status()).isEqualTo(TaskStatus.READY);
    assertThat(stage.handling("carl", SUM).claim(new Quota("mail", 1))).hasSize(1);
  }

  private static ClaimAnswer claimOnce(ScriptedWorker worker) {
    return worker.tryClaim(new Quota(Spec.DEFAULT_QUEUE, 1));
  }
}
