package io.reproq.jdbc.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.Reproq;
import io.reproq.json.Json;
import io.reproq.retry.RetryPolicy;
import io.reproq.store.Enqueued;
import io.reproq.store.NewTask;
import io.reproq.store.StoreProvider.Settings;
import io.reproq.store.TaskStore;
import io.reproq.task.Limits;
import io.reproq.task.Payload;
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
import org.junit.jupiter.params.provider.ValueSource;

/// Enqueueing with plain SQL.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class SqlEnqueueTest {
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

  @Test
  void a_worker_runs_what_sql_enqueued() throws Exception {
    var ids =
        session.run(
            "SELECT result_id FROM reproq_enqueue('[{\"task_path\": \"reproq.echo\", \"kwargs\":"
                + " {\"b\": 1.50, \"a\": [true, null, \"ü\"]}},"
                + " {\"task_path\": \"reproq.echo\", \"args\": [7], \"timeout_seconds\": 2.5}]')"
                + " UNION ALL SELECT reproq_enqueue_task('reproq.echo', '{\"x\": \"y\"}')");

    try (var reproq = Reproq.on(DATABASE.source())) {
      reproq.start();
      var limit = Duration.ofSeconds(20);
      assertThat(reproq.await(Long.parseLong(ids.get(0)), limit))
          .isEqualTo(new Json("{\"a\":[true,null,\"ü\"],\"b\":1.5}"));
      assertThat(reproq.await(Long.parseLong(ids.get(1)), limit)).isEqualTo(new Json("7"));
      assertThat(reproq.await(Long.parseLong(ids.get(2)), limit))
          .isEqualTo(new Json("{\"x\":\"y\"}"));
    }
  }

  @Test
  void a_task_is_the_same_one_whoever_enqueues_it() throws Exception {
    var spec =
        Spec.of("sample.greet")
            .payload(
                new Payload(new Json("[1,{\"b\":0.1}]"), new Json("{\"name\":\"Ada\"}"), false))
            .queue("mail")
            .priority(-7)
            .limits(new Limits("l\"ock", "c", 2))
            .timeout(Duration.ofMillis(1500))
            .retry(RetryPolicy.DEFAULT.withMaxAttempts(9))
            .runAfter("2020-01-31T12:00:00.250000+00:00")
            .build();
    var first = store.enqueue(List.of(NewTask.of(spec).unique(true))).getFirst().resultId();

    assertThat(
            session.run(
                "SELECT * FROM reproq_enqueue('{\"task_path\": \"sample.greet\", \"args\": [1,"
                    + " {\"b\": 0.10}], \"kwargs\": {\"name\": \"Ada\"}, \"queue_name\": \"mail\","
                    + " \"priority\": -7, \"lock_key\": \"l\\\"ock\", \"concurrency_key\": \"c\","
                    + " \"concurrency_limit\": 2, \"timeout_seconds\": 1.50, \"max_attempts\": 9,"
                    + " \"run_after\": \"2020-01-31 17:45:00.25+05:45\"}')"))
        .containsExactly("1|" + first + "|f");
    assertThat(
            session.run(
                "SELECT created FROM reproq_enqueue('{\"spec_json\": %s}')".formatted(spec.text())))
        .containsExactly("f");
    session.run(
        "SELECT * FROM reproq_enqueue('{\"spec_json\": %s}', dedup => false)"
            .formatted(spec.text()));

    assertThat(
            session.run(
                "SELECT DISTINCT to_jsonb(r) - '{result_id,enqueued_at,created_at,updated_at}'"
                    + "::text[] FROM task_runs r"))
        .hasSize(1);
    assertThat(
            session.run(
                "SELECT count(*), count(spec_hash), count(DISTINCT spec_json::text),"
                    + " count(DISTINCT timeout_seconds) FROM reproq.task"))
        .containsExactly("2|0|1|1");
    assertThat(
            session.run(
                "SELECT DISTINCT r.rank - floor(extract(epoch FROM t.enqueued_at) * 1000)::bigint"
                    + " FROM reproq.ready r JOIN reproq.task t USING (result_id)"))
        .containsExactly("420000");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[]",
        "[0.0,-0.0,1.0,100.0,1.50,0.1,1e-4,0.00001,123456789.123]",
        "[1234567890123456.5,12345678901234567.5,0.30000000000000004,2.5e-300]",
        "[0,-1,12345678901234567890123456789]",
        "{\"b\":1,\"a\":{\"\\uFF5E\":1,\"\\uD83D\\uDE00\":2,\"é\":3,\"Z\":4,\"\":5,\"aa\":6}}",
        "[\"\\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u001f\\u007f\\u2028/<>&'\",\"\\uD83D\\uDE00\",\"$$\"]",
        "[null,true,false,[[[]]],{\"a\":{}}]",
      })
  void its_canonical_json_is_that_of_the_engine(String json) throws Exception {
    var canonical = "SELECT reproq.canonical_json('" + json.replace("'", "''") + "')";

    // jsonb knows no negative zero.
    assertThat(session.run(canonical))
        .containsExactly(Json.parse(json.replace("-0.0", "0.0")).canonical().text());
  }

  @Test
  void deep_json_is_written_too() throws Exception {
    var json = "[{\"a\":".repeat(100) + "1" + "}]".repeat(100);

    assertThat(session.run("SELECT reproq.canonical_json('" + json + "')")).containsExactly(json);
  }

  @Test
  void twins_in_one_list_and_beside_it_are_one_task() throws Exception {
    var list = "'[{\"task_path\": \"a\"}, {\"task_path\": \"b\"}, {\"task_path\": \"a\"}]'";
    var first = session.run("SELECT * FROM reproq_enqueue(" + list + ")");
    var second = session.run("SELECT ord, created FROM reproq_enqueue(" + list + ")");
    var third = session.run("SELECT created FROM reproq_enqueue(" + list + ", dedup => false)");

    assertThat(first)
        .extracting(row -> row.replaceAll("\\|\\d+\\|", "|"))
        .containsExactly("1|t", "2|t", "3|f");
    assertThat(first.get(2)).isEqualTo(first.get(0).replaceFirst("1", "3").replace("|t", "|f"));
    assertThat(second).containsExactly("1|f", "2|f", "3|f");
    assertThat(third).containsExactly("t", "t", "t");
    assertThat(session.run("SELECT * FROM reproq_enqueue('[]')")).isEmpty();
  }

  @Test
  void a_hash_of_the_callers_is_kept_and_refuses_twins() throws Exception {
    var insert =
        "SELECT created FROM reproq_enqueue('{\"task_path\": \"%s\", \"spec_hash\":"
            + " \"00ff\"}')";

    assertThat(session.run(insert.formatted("a"))).containsExactly("t");
    assertThat(session.run(insert.formatted("b"))).containsExactly("f");
    assertThat(session.run("SELECT task_path, spec_hash FROM task_runs")).containsExactly("a|00ff");
  }

  @Test
  void what_is_rolled_back_was_never_there() throws Exception {
    session.connection().setAutoCommit(false);
    session.run("SELECT * FROM reproq_enqueue('{\"task_path\": \"a\"}')");
    assertThat(session.run("SELECT count(*) FROM task_runs")).containsExactly("1");
    session.connection().rollback();

    assertThat(store.counts()).isEmpty();
    assertThat(DATABASE.sql("SELECT count(*) FROM reproq.active_hash")).containsExactly("0");
  }

  @Test
  void what_is_committed_is_there_for_the_engine() throws Exception {
    session.connection().setAutoCommit(false);
    var id = session.number("SELECT reproq_enqueue_task('" + Actors.GREET + "')");
    assertThat(store.find(List.of(id))).isEmpty();
    session.connection().commit();

    assertThat(Actors.claim(store, Actors.join(store), 5))
        .extracting(task -> task.resultId())
        .containsExactly(id);
    assertThat(store.enqueue(List.of(NewTask.of(Spec.of(Actors.GREET).build()).unique(true))))
        .containsExactly(new Enqueued.Duplicate(id));
  }

  @Test
  void a_task_of_later_is_deferred() throws Exception {
    session.run("SET timezone = 'America/New_York'");
    session.run(
        "SELECT * FROM reproq_enqueue('[{\"task_path\": \"a\", \"run_after\": \"2099-12-31"
            + " 23:59:59.25\"}, {\"task_path\": \"a\", \"run_after\":"
            + " \"2099-12-31T23:59:59+05:45\"}, {\"spec_json\": {\"task_path\": \"a\","
            + " \"run_after\": \"2098-01-01\"}}, {\"spec_json\": {\"task_path\": \"b\"},"
            + " \"run_after\": \"2097-01-01T00:00:00Z\"}]')");
    session.run("SELECT reproq_enqueue_task('a', run_after => '2096-01-01 00:00')");

    assertThat(
            session.run(
                "SELECT place, run_after AT TIME ZONE 'UTC', spec_json ->> 'run_after'"
                    + " FROM task_runs ORDER BY result_id"))
        .containsExactly(
            "deferred|2099-12-31 23:59:59.25|2099-12-31T23:59:59.250000+00:00",
            "deferred|2099-12-31 18:14:59|2099-12-31T18:14:59+00:00",
            "deferred|2098-01-01 00:00:00|2098-01-01",
            "deferred|2097-01-01 00:00:00|null",
            "deferred|2096-01-01 05:00:00|2096-01-01T05:00:00+00:00");
  }

  @Test
  void all_that_one_task_can_have_can_be_named() throws Exception {
    session.run(
        "SELECT reproq_enqueue_task('a', args => '[1]', queue_name => 'q', priority => 3,"
            + " max_attempts => 2, timeout_seconds => 0.5, lock_key => 'l',"
            + " concurrency_key => 'c', concurrency_limit => 4, headers => '{\"h\": 1}',"
            + " dedup => false)");

    assertThat(
            session.run(
                "SELECT spec_json, queue_name, priority, max_attempts, lock_key, concurrency_key,"
                    + " concurrency_limit FROM task_runs"))
        .containsExactly(
            "{\"args\":[1],\"concurrency_key\":\"c\",\"concurrency_limit\":4,\"exec\":"
                + "{\"max_attempts\":2,\"timeout_seconds\":0.5},\"kwargs\":{},\"lock_key\":\"l\","
                + "\"priority\":3,\"provenance\":{\"code_ref\":null,\"pip_lock_hash\":null},"
                + "\"queue_name\":\"q\",\"run_after\":null,\"takes_context\":false,"
                + "\"task_path\":\"a\",\"v\":1}|q|3|2|l|c|4");
    assertThat(session.run("SELECT headers FROM reproq.task")).containsExactly("{\"h\": 1}");
    assertThat(session.run("SELECT * FROM reproq.active_hash")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = ';',
      textBlock =
          """
          {"kwargs": {}}; task_path is missing
          {"task_path": null}; task_path is missing
          {"task_path": 5}; task_path must be a string, was 5
          {"task_path": " "}; task_path is empty
          {"task_path": "a", "kwarg": 1}; kwarg is no key of a task; the keys are task_path, run_after
          {"task_path": "a", "kwargs": []}; kwargs must be a JSON object, was an array
          {"task_path": "a", "args": {}}; args must be a JSON array, was an object
          {"task_path": "a", "queue_name": " "}; queue_name is empty: leave it out
          {"task_path": "a", "queue_name": 1}; queue_name must be a string, was 1
          {"task_path": "a", "priority": 3000000000}; priority must be a 32-bit integer, was 3000000000
          {"task_path": "a", "priority": 1.0}; priority must be a 32-bit integer, was 1.0
          {"task_path": "a", "priority": "high"}; priority must be a 32-bit integer, was "high"
          {"task_path": "a", "max_attempts": 0}; max_attempts must be a 32-bit integer, at least 1, was 0
          {"task_path": "a", "timeout_seconds": 0}; timeout_seconds must be a positive number of seconds, was 0
          {"task_path": "a", "timeout_seconds": "5"}; timeout_seconds must be a positive number of seconds, was "5"
          {"task_path": "a", "concurrency_limit": -1}; concurrency_limit must be a 32-bit integer, not negative, was -1
          {"task_path": "a", "concurrency_key": []}; concurrency_key must be a string, was an array
          {"task_path": "a", "lock_key": {}}; lock_key must be a string, was an object
          {"task_path": "a", "run_after": "soon"}; run_after must be a time like "2026-01-31T12:00:00Z", in UTC or with an offset, was "soon"
          {"task_path": "a", "run_after": "2026-02-29"}; run_after must be a time like
          {"task_path": "a", "run_after": "infinity"}; run_after must be a time like
          {"task_path": "a", "run_after": 5}; run_after must be a time like
          {"task_path": "a", "expires_at": "2026-13-01"}; expires_at must be a time like
          {"task_path": "a", "headers": []}; headers must be a JSON object, was an array
          {"task_path": "a", "spec_hash": "xyz"}; spec_hash must be pairs of hex digits, at most 64, was "xyz"
          {"task_path": "a", "backend_alias": 1}; backend_alias must be a string, was 1
          {"spec_json": []}; spec_json must be a JSON object, was an array
          {"spec_json": {}}; task_path is missing
          {"spec_json": {"task_path": "a"}, "task_path": "b"}; task_path is "b", but that of spec_json is "a"
          {"spec_json": {"task_path": "a"}, "priority": 1}; priority stands beside spec_json
          {"spec_json": {"task_path": "a"}, "run_after": "soon"}; run_after must be a time like
          {"spec_json": {"task_path": "a", "v": 2}}; v must be 1, was 2
          {"spec_json": {"task_path": "a", "v": 1.0}}; v must be 1, was 1.0
          {"spec_json": {"task_path": "a", "takes_context": 1}}; takes_context must be true or false, was 1
          {"spec_json": {"task_path": "a", "exec": []}}; exec must be a JSON object, was an array
          {"spec_json": {"task_path": "a", "exec": {"max_attempts": 0}}}; exec.max_attempts must be a 32-bit integer, at least 1
          {"spec_json": {"task_path": "a", "exec": {"timeout_seconds": -1}}}; exec.timeout_seconds must be a positive number
          {"spec_json": {"task_path": "a", "exec": {"retry": 1}}}; exec.retry must be a JSON object, was 1
          {"spec_json": {"task_path": "a", "exec": {"retry": {"base_seconds": -1}}}}; exec.retry.base_seconds must be a number of seconds, not negative, was -1
          {"spec_json": {"task_path": "a", "exec": {"retry": {"factor": 0.5}}}}; exec.retry.factor must be a number, at least 1, was 0.5
          {"spec_json": {"task_path": "a", "exec": {"retry": {"jitter": 2}}}}; exec.retry.jitter must be a number from 0 to 1, was 2
          {"spec_json": {"task_path": "a", "exec": {"retry": {"non_retryable": [1]}}}}; exec.retry.non_retryable must be an array of names of exception classes, was an array
          {"spec_json": {"task_path": "a", "provenance": {"code_ref": 1}}}; provenance.code_ref must be a string, was 1
          "a"; a task must be a JSON object, was "a"
          """)
  void what_is_no_task_is_refused_by_name_and_position(String task, String message)
      throws Exception {
    var refusal =
        session.refusal(
            "SELECT * FROM reproq_enqueue('[{\"task_path\": \"fine\"}, " + task + "]')");

    assertThat(refusal.getMessage()).startsWith("task 2 of 2: " + message);
    assertThat(refusal.getSQLState()).isEqualTo("22023");
    assertThat(store.counts()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = ';',
      textBlock =
          """
          reproq_enqueue(NULL); tasks must be a JSON object, or an array of them, was null
          reproq_enqueue('5'); tasks must be a JSON object, or an array of them, was 5
          reproq_enqueue_task(''); task_path is empty
          reproq_enqueue_task(NULL); task_path is missing
          reproq_enqueue_task('a', '[]'); kwargs must be a JSON object, was an array
          reproq_enqueue_task('a', max_attempts => 0); max_attempts must be a 32-bit integer
          reproq_enqueue_task('a', run_after => 'infinity'); run_after must be a time like
          reproq_enqueue('{"task_path": "a", "kwargs": {"x": "\\u0000"}}'); unsupported Unicode escape
          """)
  void what_is_no_call_is_refused(String call, String message) throws Exception {
    assertThat(session.refusal("SELECT " + call).getMessage()).startsWith(message);
    assertThat(store.counts()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"task_path\": \"a\"}",
        "{\"task_path\": \"a\", \"concurrency_limit\": -3, \"queue_name\": \" \", \"x\": 1e3}",
        "{\"task_path\": \"a\", \"exec\": null, \"provenance\": null, \"v\": null}",
        "{\"task_path\": \"a\", \"exec\": {\"retry\": {\"base_seconds\": 0.5, \"jitter\": 0.1}}}",
      })
  void a_whole_description_is_read_as_the_engine_reads_it(String spec) throws Exception {
    var id =
        session.number("SELECT result_id FROM reproq_enqueue('{\"spec_json\": " + spec + "}')");

    var parsed = Spec.parse(spec.replace("1e3", "1000"));
    var run = Actors.get(store, id);
    assertThat(run.spec().text()).isEqualTo(parsed.text());
    assertThat(run.specHash()).isEqualTo(parsed.hash());
    assertThat(run.queue()).isEqualTo(parsed.queue());
    assertThat(session.run("SELECT concurrency_limit, max_attempts FROM task_runs"))
        .containsExactly("0|3");
  }
}
