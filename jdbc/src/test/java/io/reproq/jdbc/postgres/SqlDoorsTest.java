package io.reproq.jdbc.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.Reproq;
import io.reproq.json.Json;
import io.reproq.store.LogQuery;
import io.reproq.store.NewTask;
import io.reproq.store.Note;
import io.reproq.store.StoreProvider.Settings;
import io.reproq.store.TaskStore;
import io.reproq.task.Failure;
import io.reproq.task.FailureKind;
import io.reproq.task.Outcome;
import io.reproq.task.Spec;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Writing to `task_runs` itself.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class SqlDoorsTest {
  private static final TestDatabase DATABASE = TestServer.fresh();

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

  private static Spec echo() {
    return Spec.of("reproq.echo").priority(5).build();
  }

  /// All that the Django package of the contract writes for a new task.
  private static String asDjangoDoes(Spec spec) {
    return """
    INSERT INTO task_runs (backend_alias, queue_name, priority, run_after, spec_json, spec_hash,
      task_path, status, enqueued_at, started_at, last_attempted_at, finished_at, attempts,
      max_attempts, timeout_seconds, lock_key, concurrency_key, concurrency_limit, worker_ids,
      return_json, errors_json, metadata_json, last_error, failed_at, leased_until, leased_by,
      logs_uri, artifacts_uri, expires_at, parent_id, workflow_id, wait_count, created_at,
      updated_at, cancel_requested)
    VALUES ('background', 'default', 5, NULL, '%s'::jsonb, '%s', '%s', 'READY',
      now(), NULL, NULL, NULL, 0, 3, 900, NULL, NULL, 0, '[]', NULL, '[]', '{}', NULL, NULL, NULL,
      NULL, NULL, NULL, NULL, NULL, NULL, 0, now(), now(), false)
    RETURNING result_id
    """
        .formatted(spec.text(), spec.hash(), spec.taskPath());
  }

  private long failed() {
    return failed(NewTask.of(Spec.of(Actors.GREET).build()));
  }

  private long failed(NewTask task) {
    var id = store.enqueue(List.of(task)).getFirst().resultId();
    var claimed = Actors.claim(store, Actors.join(store), 1).getFirst();
    var failure = new Failure(FailureKind.APP_ERROR, "Boom", "it broke", null);
    store.settle(List.of(Actors.settlement(claimed, new Outcome.Failed(failure, false))));
    return id;
  }

  @Test
  void a_worker_runs_what_was_inserted() throws Exception {
    var id = session.number(asDjangoDoes(echo()));

    var run = Actors.get(store, id);
    assertThat(run.spec().text()).isEqualTo(echo().text());
    assertThat(session.run("SELECT spec_hash FROM reproq.task")).containsExactly("null");
    assertThat(session.run("SELECT backend_alias, priority, version, place FROM task_runs"))
        .containsExactly("background|5|1|ready");
    try (var reproq = Reproq.on(DATABASE.source())) {
      reproq.start();
      assertThat(reproq.await(id, Duration.ofSeconds(20))).isEqualTo(Json.EMPTY_OBJECT);
    }
  }

  @Test
  void columns_beside_the_spec_become_part_of_it() throws Exception {
    session.run(
        "INSERT INTO task_runs (spec_json, spec_hash, queue_name, priority, max_attempts,"
            + " timeout_seconds, lock_key, concurrency_limit, run_after, expires_at) VALUES"
            + " ('{\"task_path\": \"a\", \"args\": [1], \"exec\": {\"max_attempts\": 9}}', '00FF ',"
            + " 'mail', 4, 5, 60, 'l', -1, '2099-01-01', '2100-01-01')");

    assertThat(
            session.run(
                "SELECT spec_json, spec_hash, queue_name, priority, max_attempts, timeout_seconds,"
                    + " lock_key, place, run_after = '2099-01-01', expires_at = '2100-01-01'"
                    + " FROM task_runs"))
        .containsExactly(
            "{\"args\":[1],\"concurrency_limit\":0,\"exec\":{\"max_attempts\":5,\"timeout_seconds\":"
                + "60},\"lock_key\":\"l\",\"priority\":4,\"queue_name\":\"mail\",\"task_path\":\"a\"}"
                + "|00ff|mail|4|5|60|l|deferred|t|t");
  }

  @Test
  void a_twin_is_refused_as_by_the_index_of_old() throws Exception {
    var first = session.number(asDjangoDoes(echo()));

    var refusal = session.refusal(asDjangoDoes(echo()));

    assertThat(refusal.getSQLState()).isEqualTo("23505");
    assertThat(refusal.getConstraint()).isEqualTo("idx_task_runs_spec_unique");
    assertThat(refusal.getDetail()).contains("Task " + first);
    session.run("SELECT reproq_cancel(" + first + ")");
    assertThat(session.number(asDjangoDoes(echo()))).isGreaterThan(first);
  }

  @Test
  void what_is_rolled_back_was_never_there() throws Exception {
    session.connection().setAutoCommit(false);
    session.run(asDjangoDoes(echo()));
    session.connection().rollback();

    assertThat(store.counts()).isEmpty();
    session.connection().setAutoCommit(true);
    session.run(asDjangoDoes(echo()));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = ';',
      textBlock =
          """
          spec_json, status; '{"task_path": "a"}', 'WAITING'; a task cannot wait for others
          spec_json, parent_id; '{"task_path": "a"}', 1; a task cannot wait for others
          spec_json, workflow_id; '{"task_path": "a"}', gen_random_uuid(); a task cannot wait for others
          spec_json, status; '{"task_path": "a"}', 'RUNNING'; status must be READY, was RUNNING
          spec_json, result_id; '{"task_path": "a"}', 5; result_id is given by the database
          spec_json, metadata_json; '{"task_path": "a"}', '[1]'; metadata_json must be a JSON object
          spec_json, metadata_json; '{"task_path": "a"}', jsonb_build_object('a', repeat('x', 65530)); metadata_json must be a JSON object of at most 65536 bytes
          spec_json, attempts; '{"task_path": "a"}', 1; a new task has no past
          spec_json, leased_by; '{"task_path": "a"}', 'me'; a new task has no past
          spec_json, finished_at; '{"task_path": "a"}', now(); a new task has no past
          spec_json, spec_hash; '{"task_path": "a"}', 'nohex'; spec_hash must be pairs of hex digits
          spec_json, max_attempts; '{"task_path": "a"}', 0; exec.max_attempts must be a 32-bit integer, at least 1, was 0
          task_path; 'a'; spec_json must be a JSON object, was null
          spec_json; '[]'; spec_json must be a JSON object, was an array
          spec_json; '{}'; task_path is missing
          """)
  void what_is_no_new_task_is_refused(String columns, String values, String message)
      throws Exception {
    assertThat(
            session
                .refusal("INSERT INTO task_runs (" + columns + ") VALUES (" + values + ")")
                .getMessage())
        .startsWith(message);
    assertThat(store.counts()).isEmpty();
  }

  @Test
  void a_cancel_can_be_written_as_an_update() throws Exception {
    Actors.enqueue(store, 1);
    var worker = Actors.join(store);
    var running = Actors.claim(store, worker, 1).getFirst().resultId();
    Actors.enqueue(store, 1);

    assertThat(
            session.change(
                "UPDATE task_runs SET cancel_requested = true, updated_at = now()"
                    + " WHERE finished_at IS NULL"))
        .isEqualTo(2);
    assertThat(session.run("SELECT status, cancel_requested FROM task_runs ORDER BY 1"))
        .containsExactly("CANCELLED|f", "RUNNING|t");
    assertThat(store.cancelRequests(worker)).containsExactly(running);
    assertThat(
            session
                .refusal("UPDATE task_runs SET cancel_requested = false WHERE cancel_requested")
                .getMessage())
        .endsWith("a cancel cannot be taken back");
    assertThat(
            session.change(
                "UPDATE task_runs SET cancel_requested = true WHERE status <> 'RUNNING'"))
        .isZero();
  }

  @Test
  void an_admins_actions_can_be_written_as_updates() throws Exception {
    var retried = failed();
    var discarded = failed();
    var cancelled = Actors.enqueue(store, 1).getFirst();

    assertThat(
            session.change(
                "UPDATE task_runs SET status = 'READY', run_after = now(), attempts = 0,"
                    + " finished_at = NULL, last_error = NULL, failed_at = NULL, updated_at = now()"
                    + " WHERE status = 'FAILED' AND result_id = "
                    + retried))
        .isEqualTo(1);
    for (var id : List.of(discarded, cancelled)) {
      assertThat(
              session.change(
                  "UPDATE task_runs SET status = 'CANCELLED', finished_at = now(),"
                      + " last_error = 'Discarded in admin' WHERE result_id = "
                      + id))
          .isEqualTo(1);
    }

    assertThat(session.run("SELECT status, place, version FROM task_runs ORDER BY result_id"))
        .containsExactly("READY|ready|4", "CANCELLED|finished|4", "CANCELLED|finished|2");
  }

  @Test
  void metadata_can_be_written_at_any_time() throws Exception {
    var id =
        session.number(
            "INSERT INTO task_runs (spec_json, metadata_json)"
                + " VALUES ('{\"task_path\": \"a\"}', '{\"by\": \"me\"}') RETURNING result_id");
    assertThat(store.metadata(id).canonical().text()).isEqualTo("{\"by\":\"me\"}");

    assertThat(session.change("UPDATE task_runs SET metadata_json = '{\"n\": 2}'")).isEqualTo(1);
    assertThat(session.run("SELECT metadata_json, version FROM task_runs"))
        .containsExactly("{\"n\": 2}|1");
    session.change("UPDATE task_runs SET status = 'CANCELLED', metadata_json = '{}'");

    assertThat(session.run("SELECT status, metadata_json FROM task_runs"))
        .containsExactly("CANCELLED|{}");
  }

  @Test
  void what_hangs_on_a_deleted_task_goes_with_it() throws Exception {
    var id = Actors.enqueue(store, 1).getFirst();
    var claimed = Actors.claim(store, Actors.join(store), 1).getFirst();
    store.note(
        List.of(
            new Note(id, claimed.claimId(), new Note.Metadata(new Json("{\"a\": 1}"))),
            new Note(id, claimed.claimId(), new Note.LogsUri("a.log")),
            new Note(id, claimed.claimId(), new Note.Output(0, "text"))));
    assertThat(session.run("SELECT metadata_json, logs_uri FROM task_runs"))
        .containsExactly("{\"a\": 1}|a.log");
    store.settle(List.of(Actors.settlement(claimed, new Outcome.Succeeded(Json.NULL))));

    assertThat(session.change("DELETE FROM task_runs")).isEqualTo(1);

    assertThat(store.logs(LogQuery.first(id, 1))).isEmpty();
  }

  @Test
  void a_row_saved_as_it_is_changes_nothing() throws Exception {
    session.run(asDjangoDoes(echo()));

    assertThat(
            session.change(
                "UPDATE task_runs SET spec_json = spec_json::jsonb, priority = 5, status = 'READY',"
                    + " updated_at = now()"))
        .isEqualTo(1);
    assertThat(session.run("SELECT version FROM task_runs")).containsExactly("1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          priority = 9; priority cannot be changed
          queue_name = 'x'; queue_name cannot be changed
          spec_json = '{}'; spec_json cannot be changed
          status = 'RUNNING', leased_by = 'me'; status cannot be changed from READY to RUNNING
          status = 'SUCCESSFUL'; status cannot be changed from READY to SUCCESSFUL
          status = 'CANCELLED', priority = 3; priority cannot be changed
          metadata_json = '[1]'; metadata_json must be a JSON object
          metadata_json = NULL; metadata_json must be a JSON object
          metadata_json = '{"a": 1}', priority = 9; priority cannot be changed
          """)
  void what_is_no_order_is_refused(String change, String message) throws Exception {
    var id = Actors.enqueue(store, 1).getFirst();

    assertThat(session.refusal("UPDATE task_runs SET " + change).getMessage())
        .startsWith("task " + id + ": " + message);
  }

  @Test
  void a_retry_of_later_or_beside_a_twin_is_refused() throws Exception {
    var unique = NewTask.of(Spec.of(Actors.GREET).build()).unique(true);
    var id = failed(unique);
    var later = "UPDATE task_runs SET status = 'READY', run_after = '2099-01-01'";

    assertThat(session.refusal(later).getMessage()).contains("retried at once");
    store.enqueue(List.of(unique));
    assertThat(
            session
                .refusal("UPDATE task_runs SET status = 'READY' WHERE result_id = " + id)
                .getConstraint())
        .isEqualTo("idx_task_runs_spec_unique");
  }

  @Test
  void only_what_is_over_can_be_deleted_and_goes_with_all_of_it() throws Exception {
    failed();
    var ready = Actors.enqueue(store, 1).getFirst();

    assertThat(session.refusal("DELETE FROM task_runs").getMessage())
        .isEqualTo("task " + ready + " is READY: only tasks that are over can be deleted");
    assertThat(session.change("DELETE FROM task_runs WHERE status = 'FAILED'")).isEqualTo(1);
    assertThat(
            session.run(
                "SELECT (SELECT count(*) FROM reproq.task), (SELECT count(*) FROM reproq.failure),"
                    + " (SELECT count(*) FROM task_runs)"))
        .containsExactly("1|0|1");
  }
}
