package io.reproq.jdbc.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.json.Json;
import io.reproq.store.ClaimAnswer;
import io.reproq.store.ClaimRequest;
import io.reproq.store.ClaimedTask;
import io.reproq.store.EnqueuedWorkflow;
import io.reproq.store.NewTask;
import io.reproq.store.Settlement;
import io.reproq.store.StoreProvider.Settings;
import io.reproq.store.TaskStore;
import io.reproq.store.WorkerInfo;
import io.reproq.store.WorkflowRun.Ended;
import io.reproq.store.WorkflowStatus;
import io.reproq.task.ClaimId;
import io.reproq.task.Failure;
import io.reproq.task.FailureKind;
import io.reproq.task.Outcome;
import io.reproq.task.Place;
import io.reproq.task.Spec;
import io.reproq.task.TaskStatus;
import io.reproq.workflow.Workflow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// Members of one workflow that end at the same time.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class WorkflowRaceTest {
  private static final int THREADS = 4;

  private static final TestDatabase DATABASE = TestServer.fresh();

  private final TaskStore store = DATABASE.openEmpty(Settings.defaults());
  private final UUID worker = UUID.randomUUID();
  private long claims;

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void ends_of_members_from_several_sides_lose_no_wake_up() throws Exception {
    for (var round = 0; round < 10; round++) {
      var chord = enqueue(40);
      var tasks = claim(40);

      atOnce(tasks.stream().map(task -> settling(task, new Outcome.Succeeded(Json.NULL))).toList());

      assertThat(status(chord)).isEqualTo(WorkflowStatus.WAITING_CALLBACK);
      assertThat(claim(1))
          .extracting(ClaimedTask::resultId)
          .containsExactly(chord.resultIds().getLast());
    }
  }

  @Test
  void ends_and_cancels_and_retries_of_members_do_not_wait_in_a_circle() throws Exception {
    for (var round = 0; round < 10; round++) {
      var chord = enqueue(24);
      var tasks = claim(16);
      var ids = chord.resultIds();
      var moves = new ArrayList<Callable<Object>>();
      for (var i = 0; i < 16; i++) {
        var outcome = i % 3 == 0 ? bad() : new Outcome.Succeeded(Json.NULL);
        moves.add(settling(tasks.get(i), outcome));
      }
      for (var i = 16; i < 24; i += 2) {
        var pair = List.of(ids.get(i + 1), ids.get(24), ids.get(i));
        moves.add(() -> store.cancel(pair));
      }
      moves.add(() -> store.retry(ids));
      atOnce(moves);

      assertThat(store.find(ids)).noneMatch(task -> task.standing().status() == TaskStatus.WAITING);
      assertThat(status(chord)).isEqualTo(WorkflowStatus.FAILED);
      store.cancel(ids);
      var ended = store.findWorkflow(chord.workflowId()).orElseThrow().ended();
      assertThat(ended.successes() + ended.failures()).isEqualTo(24);
    }
  }

  @Test
  void a_batch_of_members_writes_its_workflow_once() {
    var chord = enqueue(500);
    store.settle(
        claim(500).stream()
            .map(task -> settlement(task, new Outcome.Succeeded(Json.NULL)))
            .toList());

    assertThat(store.findWorkflow(chord.workflowId()).orElseThrow().ended())
        .isEqualTo(new Ended(500, 0));
    assertThat(DATABASE.sql("SELECT ctid FROM reproq.workflow")).containsExactly("(0,2)");
  }

  @Test
  void plain_sql_enqueues_a_workflow() {
    var made =
        DATABASE.sql(
            "SELECT e.ord, e.result_id FROM reproq_enqueue_workflow('[{\"task_path\":"
                + " \"sample.a\"}, {\"task_path\": \"sample.b\", \"after\": [1]}, {\"task_path\":"
                + " \"sample.c\"}, {\"task_path\": \"sample.d\", \"callback\": true}]',"
                + " '{\"task_path\": \"sample.alarm\"}') e");

    assertThat(made).hasSize(4);
    assertThat(
            DATABASE.sql(
                "SELECT r.task_path, r.status, r.wait_count, r.parent_id IS NOT NULL,"
                    + " w.expected_count FROM task_runs r JOIN workflow_runs w"
                    + " ON w.workflow_id = r.workflow_id ORDER BY r.result_id"))
        .containsExactly(
            "sample.a|READY|0|f|3",
            "sample.b|WAITING|1|t|3",
            "sample.c|READY|0|f|3",
            "sample.d|WAITING|2|f|3");
    DATABASE.sql("SELECT reproq_cancel(min(result_id)) FROM task_runs");
    assertThat(DATABASE.sql("SELECT task_path, status FROM task_runs ORDER BY result_id"))
        .containsExactly(
            "sample.a|CANCELLED",
            "sample.b|FAILED",
            "sample.c|READY",
            "sample.d|FAILED",
            "sample.alarm|READY");
  }

  private EnqueuedWorkflow enqueue(int members) {
    var task = NewTask.of(Spec.of("sample.greet").build());
    var steps = IntStream.range(0, members).mapToObj(i -> (Workflow) Workflow.step(task)).toList();
    return store.enqueueWorkflow(
        new Workflow.Chord(new Workflow.Group(steps), Workflow.step(task)).compile());
  }

  private WorkflowStatus status(EnqueuedWorkflow workflow) {
    return store.findWorkflow(workflow.workflowId()).orElseThrow().status();
  }

  private List<ClaimedTask> claim(int limit) {
    var lease = Duration.ofMinutes(5);
    if (claims == 0) {
      store.join(
          new WorkerInfo(
              worker,
              "w",
              "host",
              9,
              List.of("default"),
              Set.of("sample.greet"),
              lease,
              Duration.ofMinutes(1),
              "1"));
    }
    claims++;
    var answer =
        store.claim(
            new ClaimRequest(
                new ClaimId(worker, claims),
                List.of(new ClaimRequest.Quota("default", limit)),
                new ClaimRequest.Routing(Set.of("sample.greet"), false)));
    return ((ClaimAnswer.Taken) answer).tasks();
  }

  private Callable<Object> settling(ClaimedTask task, Outcome outcome) {
    return () -> store.settle(List.of(settlement(task, outcome)));
  }

  private static Settlement settlement(ClaimedTask task, Outcome outcome) {
    var end = outcome instanceof Outcome.Succeeded ? TaskStatus.SUCCESSFUL : TaskStatus.FAILED;
    return new Settlement(
        task.resultId(), task.claimId(), outcome, new Place.Finished(end, task.attempt()));
  }

  private static Outcome bad() {
    return new Outcome.Failed(Failure.of(FailureKind.APP_ERROR, "boom"), false);
  }

  private static void atOnce(List<Callable<Object>> moves) throws Exception {
    try (var threads = Executors.newFixedThreadPool(THREADS)) {
      for (var done : threads.invokeAll(moves)) {
        done.get();
      }
    }
  }
}
