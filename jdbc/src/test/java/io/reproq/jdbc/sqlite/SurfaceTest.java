package io.reproq.jdbc.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.reproq.json.Json;
import io.reproq.retry.RetryPolicy;
import io.reproq.store.Enqueued;
import io.reproq.store.NewTask;
import io.reproq.store.Note;
import io.reproq.store.QueueStatus;
import io.reproq.store.TaskStore;
import io.reproq.task.Failure;
import io.reproq.task.FailureKind;
import io.reproq.task.Limits;
import io.reproq.task.Outcome;
import io.reproq.task.Spec;
import io.reproq.task.TaskStatus;
import io.reproq.workflow.Workflow;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What anybody may do with plain SQL.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class SurfaceTest {
  @TempDir Path folder;
  Fixture fixture;
  TaskStore store;

  @BeforeEach
  void begin() {
    fixture = new Fixture(folder);
    store = fixture.open();
  }

  @AfterEach
  void end() {
    fixture.close();
  }

  private long insert(String columns, String values) throws SQLException {
    var ids =
        fixture.sql(
            "INSERT INTO task_enqueue ("
                + columns
                + ") VALUES ("
                + values
                + ") RETURNING result_id");
    return Long.parseLong(ids.getFirst());
  }

  @Test
  void shows_tasks_with_the_columns_of_the_contract() throws Exception {
    assertThat(fixture.sql("SELECT name FROM pragma_table_info('task_runs')"))
        .containsExactly(
            "result_id",
            "backend_alias",
            "queue_name",
            "priority",
            "run_after",
            "spec_json",
            "spec_hash",
            "task_path",
            "status",
            "enqueued_at",
            "started_at",
            "last_attempted_at",
            "finished_at",
            "attempts",
            "max_attempts",
            "timeout_seconds",
            "lock_key",
            "concurrency_key",
            "concurrency_limit",
            "worker_ids",
            "return_json",
            "errors_json",
            "metadata_json",
            "last_error",
            "failed_at",
            "leased_until",
            "leased_by",
            "logs_uri",
            "artifacts_uri",
            "expires_at",
            "parent_id",
            "workflow_id",
            "wait_count",
            "created_at",
            "updated_at",
            "cancel_requested",
            "place",
            "parked_key",
            "version");
  }

  @Test
  void shows_workers_with_the_columns_of_the_contract() throws Exception {
    Fixture.join(store);

    assertThat(
            fixture.sql(
                "SELECT worker_id, hostname, concurrency, queues, version FROM reproq_workers"))
        .containsExactly("anna|host|4|[\"default\"]|1.2.3");
    assertThat(fixture.sql("SELECT started_at FROM reproq_workers").getFirst())
        .matches("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{6}");
  }

  @Test
  void enqueues_a_task_that_a_worker_then_runs() throws Exception {
    var id = insert("task_path, kwargs", "'sample.greet', '{\"name\": \"Ada\"}'");
    var worker = Fixture.join(store);

    var claimed = Fixture.claim(store, worker, 10).getFirst();
    store.settle(List.of(Fixture.settlement(claimed, new Outcome.Succeeded(new Json("\"hi\"")))));

    assertThat(claimed.resultId()).isEqualTo(id);
    assertThat(fixture.sql("SELECT status, return_json, attempts, worker_ids FROM task_runs"))
        .containsExactly("SUCCESSFUL|\"hi\"|1|[\"anna\"]");
    assertThat(Spec.parse(Fixture.get(store, id).spec().text()).payload().kwargs())
        .isEqualTo(new Json("{\"name\":\"Ada\"}"));
    assertThat(fixture.sql("SELECT count(*) FROM task_enqueue")).containsExactly("0");
  }

  @Test
  void shows_what_a_running_task_has_noted_and_lets_others_note_too() throws Exception {
    var id = Fixture.enqueue(store, 1).getFirst();
    var claimed = Fixture.claim(store, Fixture.join(store), 1).getFirst();
    store.note(
        List.of(
            new Note(id, claimed.claimId(), new Note.Metadata(new Json("{\"a\": 1}"))),
            new Note(id, claimed.claimId(), new Note.LogsUri("a.log"))));
    assertThat(fixture.sql("SELECT metadata_json, logs_uri FROM task_runs"))
        .containsExactly("{\"a\":1}|a.log");

    fixture.sql("UPDATE task_runs SET metadata_json = '{\"b\": [2]}'");

    assertThat(store.metadata(id)).isEqualTo(new Json("{\"b\": [2]}"));
    assertThat(fixture.sql("SELECT metadata_json, logs_uri, version FROM task_runs"))
        .containsExactly("{\"b\": [2]}|a.log|2");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          metadata_json = '[1]'; metadata_json must be a JSON object
          metadata_json = '{'; metadata_json must be a JSON object
          metadata_json = NULL; metadata_json must be a JSON object
          metadata_json = json_object('a', hex(zeroblob(32768))); of at most 65536 bytes
          metadata_json = '{}', status = 'CANCELLED'; only metadata_json of task_runs can be changed
          status = 'CANCELLED'; cannot modify task_runs
          """)
  void refuses_other_changes_of_the_view(String change, String message) throws Exception {
    Fixture.enqueue(store, 1);

    assertThatExceptionOfType(SQLException.class)
        .isThrownBy(() -> fixture.sql("UPDATE task_runs SET " + change))
        .withMessageContaining(message);
    assertThat(fixture.sql("SELECT status, metadata_json FROM task_runs"))
        .containsExactly("READY|{}");
  }

  @Test
  void takes_ids_from_the_same_sequence_as_the_engine() throws Exception {
    var first = Fixture.enqueue(store, 3).getLast();
    var second = insert("task_path", "'sample.greet'");
    var third = Fixture.enqueue(store, 1).getFirst();

    assertThat(second).isEqualTo(first + 1);
    assertThat(third).isEqualTo(second + 1);
  }

  @Test
  void writes_what_the_engine_would_have_written() throws Exception {
    var spec =
        Spec.of("sample.greet")
            .queue("mail")
            .priority(7)
            .limits(new Limits("l", "c", 2))
            .timeout(Duration.ofSeconds(5))
            .retry(RetryPolicy.DEFAULT.withMaxAttempts(9))
            .build();
    Fixture.enqueue(store, NewTask.of(spec));
    insert(
        "task_path, queue_name, priority, lock_key, concurrency_key, concurrency_limit,"
            + " max_attempts, timeout_seconds",
        "'sample.greet', 'mail', 7, 'l', 'c', 2, 9, 5");
    insert("spec_json", "'" + spec.text() + "'");

    assertThat(
            fixture.sql(
                "SELECT DISTINCT task_path, queue_name, priority, spec_json, max_attempts,"
                    + " timeout_seconds, lock_key, concurrency_key, concurrency_limit, place,"
                    + " version FROM task_runs"))
        .hasSize(1);
    assertThat(
            fixture.sql(
                "SELECT DISTINCT r.rank - t.enqueued_at / 1000 FROM ready r"
                    + " JOIN task t USING (result_id)"))
        .containsExactly("-420000");
    assertThat(store.counts()).isEqualTo(Map.of(new QueueStatus("mail", TaskStatus.READY), 3L));
  }

  @Test
  void defers_a_task_until_its_time() throws Exception {
    insert("task_path, run_after", "'sample.greet', '2099-12-31 23:59:59.25'");
    insert("task_path, run_after", "'sample.greet', '2099-12-31T23:59:59+05:45'");
    insert("task_path, run_after", "'sample.greet', '2020-01-01 00:00:00'");

    assertThat(fixture.sql("SELECT place, run_after FROM task_runs ORDER BY result_id"))
        .containsExactly(
            "deferred|2099-12-31 23:59:59.250000",
            "deferred|2099-12-31 18:14:59.000000",
            "ready|null");
  }

  @Test
  void ignores_a_task_whose_twin_is_not_over() throws Exception {
    var spec = NewTask.of(Spec.of("sample.greet").build()).unique(true);
    Fixture.enqueue(store, spec);
    var insert =
        "INSERT INTO task_enqueue (spec_json, spec_hash) VALUES ('%s', '%s') RETURNING result_id"
            .formatted(spec.spec().text(), spec.spec().hash());

    assertThat(fixture.sql(insert)).isEmpty();

    var claimed = Fixture.claim(store, Fixture.join(store), 1).getFirst();
    store.settle(List.of(Fixture.settlement(claimed, new Outcome.Succeeded(Json.NULL))));
    assertThat(fixture.sql(insert)).hasSize(1);
    assertThat(store.enqueue(List.of(spec))).allMatch(Enqueued.Duplicate.class::isInstance);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = ';',
      textBlock =
          """
          kwargs; '{}'; task_path is missing
          task_path, kwargs; 'a', '[]'; kwargs must be a JSON object
          task_path, kwargs; 'a', '{'; kwargs must be a JSON object
          task_path, args; 'a', '{}'; args must be a JSON array
          task_path, queue_name; 'a', ' '; queue_name must not be empty
          task_path, max_attempts; 'a', 0; max_attempts must be at least 1
          task_path, priority; 'a', 3000000000; priority must be a 32-bit integer
          task_path, priority; 'a', 'high'; priority
          task_path, timeout_seconds; 'a', 0; timeout_seconds must be positive
          task_path, run_after; 'a', 'soon'; run_after must be a time like
          task_path, run_after; 'a', '2026-13-01'; run_after must be a time like
          task_path, spec_json; 'a', '{"task_path":"b"}'; is not that of spec_json
          task_path, spec_json, priority; 'a', '{"task_path":"a"}', 1; only task_path, run_after
          spec_json; '[1]'; task_path is missing
          spec_json; '{"task_path":"a","priority":"high"}'; task.priority
          """)
  void refuses_what_is_no_task(String columns, String values, String message) throws Exception {
    assertThatExceptionOfType(SQLException.class)
        .isThrownBy(() -> insert(columns, values))
        .withMessageContaining(message);
    assertThat(fixture.sql("SELECT count(*) FROM task_runs")).containsExactly("0");
    assertThat(store.counts()).isEmpty();
  }

  @Test
  void cancels_what_has_not_started_and_asks_for_what_has() throws Exception {
    var running = Fixture.enqueue(store, 1).getFirst();
    var worker = Fixture.join(store);
    Fixture.claim(store, worker, 1);
    var ready = Fixture.enqueue(store, 1).getFirst();
    var deferred =
        Fixture.enqueue(
            store,
            NewTask.of(Spec.of("sample.greet").build()).after(Duration.ofDays(1)).unique(true));
    for (var id : List.of(running, ready, deferred, 12345L)) {
      fixture.sql("INSERT INTO task_command (command, result_id) VALUES ('cancel', " + id + ")");
    }

    assertThat(fixture.sql("SELECT status, cancel_requested, version FROM task_runs ORDER BY 2, 3"))
        .containsExactly("CANCELLED|0|2", "CANCELLED|0|2", "RUNNING|1|2");
    assertThat(store.cancelRequests(worker)).containsExactly(running);
    assertThat(store.counts())
        .isEqualTo(
            Map.of(
                new QueueStatus("default", TaskStatus.RUNNING), 1L,
                new QueueStatus("default", TaskStatus.CANCELLED), 2L));
    assertThat(
            fixture.sql(
                "SELECT (SELECT count(*) FROM active_hash) + (SELECT count(*) FROM task_command)"))
        .containsExactly("0");
    assertThatExceptionOfType(SQLException.class)
        .isThrownBy(
            () -> fixture.sql("INSERT INTO task_command (command, result_id) VALUES ('kill', 1)"))
        .withMessageContaining("the only command is cancel");
  }

  @Test
  void a_cancelled_member_is_told_to_its_workflow_by_the_next_worker_that_looks() throws Exception {
    var step = Workflow.step(NewTask.of(Spec.of("sample.greet").build()));
    var chain = Workflow.chain(step, step, step).compile();
    var workflow = store.enqueueWorkflow(chain);
    var ids = workflow.resultIds();

    fixture.sql(
        "INSERT INTO task_command (command, result_id) VALUES ('cancel', " + ids.get(1) + ")");
    fixture.sql("INSERT INTO task_command (command, result_id) VALUES ('cancel', 12345)");

    assertThat(fixture.sql("SELECT result_id FROM untold_member")).containsExactly("" + ids.get(1));
    assertThat(statuses()).containsExactly("READY", "CANCELLED", "WAITING");
    store.reclaim(Fixture.join(store));

    assertThat(statuses()).containsExactly("READY", "CANCELLED", "FAILED");
    assertThat(fixture.sql("SELECT status, failure_count FROM workflow_runs"))
        .containsExactly("FAILED|2");
    assertThat(fixture.sql("SELECT * FROM untold_member")).isEmpty();
    assertThat(Fixture.get(store, ids.get(2)).result().errors().getFirst().failedResultId())
        .isEqualTo(ids.get(1));
  }

  private List<String> statuses() throws SQLException {
    return fixture.sql("SELECT status FROM task_runs ORDER BY result_id");
  }

  @Test
  void tells_errors_as_the_contract_does() throws Exception {
    Fixture.enqueue(store, Spec.of("sample.greet").retry(RetryPolicy.never()));
    var claimed = Fixture.claim(store, Fixture.join(store), 1).getFirst();
    var failure = new Failure(FailureKind.APP_ERROR, "ValueError", "too \"big\"", null);
    store.settle(List.of(Fixture.settlement(claimed, new Outcome.Failed(failure, true))));

    assertThat(
            fixture.sql(
                "SELECT e.value ->> 'kind', e.value ->> 'exception_class', e.value ->> 'message',"
                    + " e.value ->> 'traceback', e.value ->> 'attempt', e.value ->> 'worker_id',"
                    + " e.value ->> 'task_path', last_error, failed_at = finished_at"
                    + " FROM task_runs, json_each(errors_json) e"))
        .containsExactly("app_error|ValueError|too \"big\"||1|anna|null|too \"big\"|1");
    assertThat(fixture.sql("SELECT errors_json ->> '$[0].at' FROM task_runs").getFirst())
        .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}Z");
  }
}
