package io.reproq.jdbc.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.Reproq;
import io.reproq.json.Json;
import io.reproq.store.ClaimAnswer;
import io.reproq.store.ClaimRequest;
import io.reproq.store.ClaimRequest.Quota;
import io.reproq.store.ClaimRequest.Routing;
import io.reproq.store.NewTask;
import io.reproq.store.StoreProvider.Settings;
import io.reproq.store.TaskStore;
import io.reproq.task.ClaimId;
import io.reproq.task.Failure;
import io.reproq.task.FailureKind;
import io.reproq.task.Outcome;
import io.reproq.task.Spec;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// Orders about tasks and queues with plain SQL.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class SqlOrdersTest {
  private static final TestDatabase DATABASE = TestServer.fresh();
  private static final AtomicLong CLAIMS = new AtomicLong();

  private TaskStore store;
  private PlainSession session;

  @BeforeEach
  void begin() {
    store = DATABASE.openEmpty(Settings.defaults());
    session = PlainSession.of(DATABASE);
  }

  @AfterEach
  void end() throws Exception {
    session.close();
    try (var fresh = PlainSession.of(DATABASE)) {
      fresh.check(store);
    }
    store.close();
  }

  private long failed(NewTask task) {
    var id = store.enqueue(List.of(task)).getFirst().resultId();
    var claimed = Actors.claim(store, Actors.join(store), 1).getFirst();
    var failure = new Failure(FailureKind.APP_ERROR, "Boom", "it broke", null);
    store.settle(List.of(Actors.settlement(claimed, new Outcome.Failed(failure, false))));
    return id;
  }

  private static NewTask greet() {
    return NewTask.of(Spec.of(Actors.GREET).build());
  }

  @Test
  void cancels_what_has_not_started_and_asks_for_what_has() throws Exception {
    var running = Actors.enqueue(store, 1).getFirst();
    var worker = Actors.join(store);
    Actors.claim(store, worker, 1);
    var ready = Actors.enqueue(store, 1).getFirst();
    var deferred =
        store
            .enqueue(List.of(greet().after(Duration.ofDays(1)).unique(true)))
            .getFirst()
            .resultId();

    assertThat(
            session.run(
                "SELECT * FROM reproq_cancel(ARRAY[%d, 999999, %d, NULL])"
                    .formatted(deferred, running)))
        .containsExactly(
            deferred + "|CANCELLED",
            "999999|NOT_ACTIVE",
            running + "|REQUESTED",
            "null|NOT_ACTIVE");
    assertThat(session.run("SELECT reproq_cancel(%1$d), reproq_cancel(%1$d)".formatted(ready)))
        .containsExactly("CANCELLED|NOT_ACTIVE");

    assertThat(store.cancelRequests(worker)).containsExactly(running);
    assertThat(session.run("SELECT status, cancel_requested, version FROM task_runs ORDER BY 1, 3"))
        .containsExactly("CANCELLED|f|2", "CANCELLED|f|2", "RUNNING|t|2");
    assertThat(session.run("SELECT * FROM reproq.active_hash")).isEmpty();
  }

  @Test
  void a_worker_stops_what_sql_wants_stopped() throws Exception {
    try (var reproq = Reproq.on(DATABASE.source())) {
      reproq.start();
      var id = session.number("SELECT reproq_enqueue_task('reproq.sleep', '{\"millis\": 600000}')");
      Actors.until(
          "it runs",
          Duration.ofMillis(20),
          () -> Actors.get(store, id).standing().place().equals("running"));

      assertThat(session.run("SELECT reproq_cancel(" + id + ")")).containsExactly("REQUESTED");
      Actors.until(
          "it is over",
          Duration.ofMillis(20),
          () -> Actors.get(store, id).standing().place().equals("finished"));
      assertThat(session.run("SELECT status, errors_json -> 0 ->> 'kind' FROM task_runs"))
          .containsExactly("CANCELLED|cancelled");
    }
  }

  @Test
  void what_is_rolled_back_was_not_cancelled() throws Exception {
    Actors.enqueue(store, 1);
    session.connection().setAutoCommit(false);
    session.run("SELECT reproq_cancel(result_id) FROM task_runs");
    session.connection().rollback();

    assertThat(Actors.claim(store, Actors.join(store), 1)).hasSize(1);
  }

  @Test
  void a_retried_task_has_all_its_attempts_and_keeps_its_errors() throws Exception {
    var id = failed(greet());

    assertThat(session.run("SELECT reproq_retry(%1$d), reproq_retry(%1$d)".formatted(id)))
        .containsExactly("READY|NOT_FAILED");

    assertThat(
            session.run(
                "SELECT status, version, attempts, started_at, last_attempted_at, finished_at,"
                    + " last_error, worker_ids, jsonb_array_length(errors_json) FROM task_runs"))
        .containsExactly("READY|4|0|null|null|null|null|[\"anna\"]|1");
    var again = Actors.claim(store, Actors.join(store), 1).getFirst();
    assertThat(again.attempt()).isEqualTo(1);
    store.settle(List.of(Actors.settlement(again, new Outcome.Succeeded(Json.NULL))));
    assertThat(session.run("SELECT status, version, worker_ids FROM task_runs"))
        .containsExactly("SUCCESSFUL|6|[\"anna\", \"anna\"]");
  }

  @Test
  void a_failed_task_with_an_active_twin_stays_failed() throws Exception {
    var first = failed(greet().unique(true));
    var second = failed(greet().unique(true));

    assertThat(
            session.run(
                "SELECT * FROM reproq_retry(ARRAY[%d, %d, 999999])".formatted(second, first)))
        .containsExactly(
            second + "|TWIN_ACTIVE|" + first, first + "|READY|null", "999999|NOT_FAILED|null");

    var refusal = session.refusal("SELECT reproq_retry(" + second + ")");
    assertThat(refusal.getMessage())
        .isEqualTo(
            "task %d stays FAILED: task %d has the same spec_hash and is not over"
                .formatted(second, first));
    assertThat(refusal.getConstraint()).isEqualTo("idx_task_runs_spec_unique");
    session.run("SELECT reproq_cancel(" + first + ")");
    assertThat(session.run("SELECT reproq_retry(" + second + ")")).containsExactly("READY");
  }

  @Test
  void a_discarded_task_is_cancelled_and_says_so() throws Exception {
    var id = failed(greet());

    assertThat(session.run("SELECT reproq_discard(%1$d), reproq_discard(%1$d)".formatted(id)))
        .containsExactly("CANCELLED|NOT_FAILED");
    assertThat(
            session.run(
                "SELECT status, version, last_error, errors_json -> 1 ->> 'kind',"
                    + " errors_json -> 1 ->> 'message' FROM task_runs"))
        .containsExactly("CANCELLED|4|discarded|cancelled|discarded");
  }

  @Test
  void tasks_are_read_by_id() throws Exception {
    var ids = Actors.enqueue(store, 3);

    assertThat(
            session.run(
                "SELECT o.note, r.status FROM (VALUES (%d, 'a'), (%d, 'b')) o (id, note)"
                        .formatted(ids.get(0), ids.get(2))
                    + " JOIN reproq_get('{%d,%d}') r ON r.result_id = o.id ORDER BY 1"
                        .formatted(ids.get(0), ids.get(2))))
        .containsExactly("a|READY", "b|READY");
  }

  @Test
  void a_paused_queue_is_passed_over_until_it_is_resumed() throws Exception {
    var mail = NewTask.of(Spec.of(Actors.GREET).queue("mail").build());
    store.enqueue(List.of(mail, mail, greet()));
    var worker = Actors.join(store);

    assertThat(
            session.run(
                "SELECT reproq_pause_queue('mail', 'no post'), reproq_pause_queue('mail'),"
                    + " reproq_pause_queue('mail', 'strike')"))
        .containsExactly("t|f|f");
    assertThat(
            session.run(
                "SELECT queue_name, paused, paused_at <= now(), reason FROM reproq_queue_controls"))
        .containsExactly("mail|t|t|strike");
    assertThat(claimed(worker, "mail", "default")).containsExactly("default");

    assertThat(session.run("SELECT reproq_resume_queue('mail'), reproq_resume_queue('mail')"))
        .containsExactly("t|f");
    assertThat(session.run("SELECT paused, paused_at, reason FROM reproq_queue_controls"))
        .containsExactly("f|null|null");
    assertThat(claimed(worker, "mail", "default")).containsExactly("mail", "mail");
  }

  private List<String> claimed(UUID worker, String... queues) {
    var quotas = List.of(queues).stream().map(queue -> new Quota(queue, 10)).toList();
    var claimId = new ClaimId(worker, CLAIMS.decrementAndGet());
    var answer =
        store.claim(new ClaimRequest(claimId, quotas, new Routing(Set.of(Actors.GREET), false)));
    return switch (answer) {
      case ClaimAnswer.Taken(var tasks, var moved, var retryIn) ->
          tasks.stream().map(task -> Actors.get(store, task.resultId()).queue()).toList();
      case ClaimAnswer.WorkerGone gone -> throw new AssertionError("the worker is gone");
    };
  }

  @Test
  void the_queue_controls_are_a_table_to_whoever_writes() throws Exception {
    Actors.enqueue(store, 1);
    session.run(
        "INSERT INTO reproq_queue_controls (queue_name, paused) VALUES ('default', true)"
            + " ON CONFLICT (queue_name) DO UPDATE SET paused = true");
    assertThat(Actors.claim(store, Actors.join(store), 1)).isEmpty();

    assertThat(session.change("UPDATE reproq_queue_controls SET paused = false")).isEqualTo(1);
    assertThat(Actors.claim(store, Actors.join(store), 1)).hasSize(1);
    assertThat(session.change("DELETE FROM reproq_queue_controls")).isEqualTo(1);
    assertThat(session.refusal("SELECT reproq_pause_queue(' ')").getMessage())
        .isEqualTo("queue is empty: name the queue to pause");
  }

  @Test
  void a_worker_goes_on_when_its_queue_is_resumed() throws Exception {
    session.run("SELECT reproq_pause_queue('default')");
    var id = session.number("SELECT reproq_enqueue_task('reproq.echo', '{\"x\": 1}')");
    var other = session.number("SELECT reproq_enqueue_task('reproq.echo', queue_name => 'other')");
    try (var reproq =
        Reproq.builder().dataSource(DATABASE.source()).queues("default", "other").open()) {
      reproq.start();
      reproq.await(other, Duration.ofSeconds(20));
      assertThat(Actors.get(store, id).standing().place()).isEqualTo("ready");
      session.run("SELECT reproq_resume_queue('default')");
      assertThat(reproq.await(id, Duration.ofSeconds(20))).isEqualTo(new Json("{\"x\":1}"));
    }
  }
}
