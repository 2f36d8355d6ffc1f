package io.reproq.jdbc.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.reproq.json.Json;
import io.reproq.store.Enqueued;
import io.reproq.store.NewTask;
import io.reproq.store.StoreException;
import io.reproq.store.StoreProvider.Settings;
import io.reproq.store.TaskQuery;
import io.reproq.store.TaskStore;
import io.reproq.task.Outcome;
import io.reproq.task.Spec;
import io.reproq.task.TaskStatus;
import io.reproq.testkit.ManualWorker;
import io.reproq.testkit.SettableClock;
import io.reproq.worker.Scheduler;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What becomes of the tasks of the system that Reproq replaces.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class AdoptionTest {
  /// All that a row shows before as after, in the words that both shapes and the view understand.
  private static final String SAME =
      "SELECT result_id, backend_alias, queue_name, priority, spec_json::jsonb, rtrim(spec_hash),"
          + " task_path, status, enqueued_at, started_at, last_attempted_at, finished_at, attempts,"
          + " max_attempts, timeout_seconds, lock_key, concurrency_key, concurrency_limit,"
          + " worker_ids, return_json::jsonb, jsonb_array_length(errors_json), metadata_json,"
          + " last_error, failed_at, leased_until, leased_by, logs_uri, artifacts_uri, expires_at,"
          + " parent_id, workflow_id, wait_count, created_at FROM task_runs"
          + " WHERE result_id NOT IN (7, 8, 9, 10, 12, 13, 14) ORDER BY result_id";

  private static final String CHORD =
      "SELECT w.status, w.expected_count, w.success_count, w.failure_count, w.callback_result_id,"
          + " r.status, r.errors_json -> -1 -> 'failed_result_id'"
          + " FROM workflow_runs w JOIN task_runs r ON r.result_id = w.callback_result_id";

  private static final PostgresStoreProvider PROVIDER = new PostgresStoreProvider();

  private static List<String> migrate(TestDatabase database) {
    var notices = new ArrayList<String>();
    PROVIDER.migrations(database.dsn()).orElseThrow().run(notices::add);
    return notices;
  }

  @ParameterizedTest
  @EnumSource
  void every_row_reads_as_before(Reference shape) {
    var database = shape.filled();
    var before = database.sql(SAME);
    assertThat(before).hasSize(12);

    migrate(database);

    assertThat(database.sql(SAME)).isEqualTo(before);
  }

  @ParameterizedTest
  @EnumSource
  void every_row_comes_to_its_place(Reference shape) {
    var database = shape.filled();

    migrate(database);

    assertThat(
            database.sql(
                "SELECT place, status, string_agg(result_id::text, ',' ORDER BY result_id) FROM"
                    + " task_runs GROUP BY place, status ORDER BY 1, 2"))
        .containsExactly(
            "deferred|READY|5,6",
            "finished|CANCELLED|7,10,13,19",
            "finished|FAILED|9,14,17,18",
            "finished|SUCCESSFUL|11,15,16",
            "ready|READY|1,2,3,4,8,12");
    assertThat(database.sql("SELECT result_id, run_after = '2126-03-02Z' FROM reproq.deferred"))
        .containsExactly("5|t", "6|t");
    assertThat(
            database.sql(
                "SELECT queue_name, status, sum(change) FROM reproq.counter_delta GROUP BY 1, 2"
                    + " HAVING sum(change) <> 0 ORDER BY 1, 2"))
        .containsExactly(
            "default|CANCELLED|4",
            "default|FAILED|4",
            "default|READY|7",
            "default|SUCCESSFUL|2",
            "mail|READY|1",
            "mail|SUCCESSFUL|1");
  }

  @Test
  void what_ran_goes_on_as_after_a_lost_lease() {
    var database = Reference.WORKER.filled();

    migrate(database);

    assertThat(
            database.sql(
                "SELECT result_id, status, attempts, worker_ids, finished_at IS NOT NULL,"
                    + " last_error, errors_json #- '{-1,at}' -> -1 FROM task_runs"
                    + " WHERE result_id IN (7, 8, 9, 10, 13) ORDER BY 1"))
        .containsExactly(
            "7|CANCELLED|0|[]|t|null|null",
            "8|READY|2|[\"host-7\", \"host-7\"]|f|null|{\"kind\": \"lease_expiry\", \"attempt\":"
                + " 2, \"message\": \"Worker heartbeat lost or process crashed\", \"worker_id\":"
                + " \"host-7\"}",
            "9|FAILED|3|[\"host-6\", \"host-8\", \"host-7\"]|t|lease_expiry: Worker heartbeat lost"
                + " or process crashed|{\"kind\": \"lease_expiry\", \"attempt\": 3, \"message\":"
                + " \"Worker heartbeat lost or process crashed\", \"worker_id\": \"host-7\"}",
            "10|CANCELLED|1|[\"host-7\"]|t|Task cancelled by request|{\"kind\": \"cancelled\","
                + " \"attempt\": 1, \"message\": \"Task cancelled by request\", \"task_path\":"
                + " \"sample.greet\", \"worker_id\": \"host-7\"}",
            "13|CANCELLED|0|[]|t|null|null");
  }

  @Test
  void errors_keep_their_order_and_all_they_say() {
    var database = Reference.DJANGO.filled();

    migrate(database);

    assertThat(
            database.sql(
                "SELECT e FROM task_runs, jsonb_array_elements(errors_json) WITH ORDINALITY"
                    + " AS e (e, ord) WHERE result_id IN (6, 18) ORDER BY result_id, ord"))
        .containsExactly(
            "{\"at\": \"2026-03-01T08:00:06.123457Z\", \"kind\": \"app_error\", \"attempt\": 1,"
                + " \"message\": \"no\", \"traceback\": \"Traceback\\n  é\", \"worker_id\":"
                + " \"host-7\", \"exception_class\": \"ValueError\"}",
            "{\"at\": \"2026-03-01T08:01:07.000000Z\", \"kind\": \"infra_error\", \"attempt\": 0,"
                + " \"message\": \"context deadline exceeded\"}",
            "{\"at\": \"2026-03-01T08:00:06.000000Z\", \"kind\": \"reclaim\", \"attempt\": 0,"
                + " \"message\": \"Lease expired; marking task failed.\"}",
            "{\"at\": \"2026-03-01T08:00:07.000000Z\", \"kind\": \"workflow_failed\", \"attempt\":"
                + " 0, \"message\": \"Workflow failed due to task failure\", \"failed_result_id\":"
                + " 11}",
            "{\"at\": \"never\", \"kind\": \"from_elsewhere\", \"detail\": {\"a\": 1},"
                + " \"attempt\": 0, \"message\": \"?\"}");
  }

  @Test
  void rows_that_only_accidents_leave_are_adopted_too() {
    var database = odd();

    migrate(database);

    assertThat(
            database.sql(
                "SELECT result_id, place, status, task_path, attempts, max_attempts,"
                    + " timeout_seconds, worker_ids, wait_count, left(spec_hash, 6), coalesce("
                    + " last_error, to_char(run_after AT TIME ZONE 'UTC', 'YYYY-MM-DD'), '')"
                    + " FROM task_runs WHERE result_id > 100 ORDER BY 1"))
        .containsExactlyElementsOf(Reference.text("adopted_odd.txt").lines().toList());
    assertThat(
            database.sql(
                "SELECT string_agg(e ->> 'message', ' & ' ORDER BY ord) FROM task_runs,"
                    + " jsonb_array_elements(errors_json) WITH ORDINALITY AS e (e, ord)"
                    + " WHERE result_id IN (120, 121) GROUP BY result_id ORDER BY result_id"))
        .containsExactly(
            "bare text & 7 & {\"message\": null} & [1] & {\"deep\": 1} & 5 & m", "no list");
  }

  @Test
  void every_row_can_be_read_with_the_api() {
    var database = odd();
    try (var store = database.open(Settings.defaults())) {
      var tasks = store.list(TaskQuery.first(100));

      assertThat(tasks).hasSize(41);
      assertThat(store.find(List.of(18L)).getFirst().result().errors())
          .extracting(error -> error.failure().kind().label())
          .containsExactly("lease_expiry", "workflow_failed", "infra_error");
    }
  }

  @Test
  void the_columns_rule_where_a_description_says_otherwise() {
    var database = odd();

    migrate(database);

    assertThat(database.sql("SELECT spec_json FROM task_runs WHERE result_id IN (101, 114)"))
        .containsExactly(
            "{\"task_path\": \"sample.greet\"}",
            "{\"exec\": {\"retry\": {\"base_seconds\": 1}, \"max_attempts\": 1,"
                + " \"timeout_seconds\": 900}, \"lock_key\": \"k\", \"priority\": -2147483648,"
                + " \"task_path\": \"sample.greet\", \"queue_name\": \"default\","
                + " \"concurrency_key\": null, \"concurrency_limit\": 0}");
  }

  @Test
  void what_is_ready_is_run() {
    var database = odd();
    var clock = new SettableClock();
    var ran = new ArrayList<Long>();
    try (var store = database.open(Settings.defaults().withTime(clock))) {
      var ready = ids(database, "SELECT result_id FROM reproq.ready");
      assertThat(ready).hasSize(17);
      var worker =
          ManualWorker.of("w")
              .queues("default", "mail")
              .handle(
                  "sample.greet",
                  attempt -> {
                    ran.add(attempt.resultId());
                    return new Outcome.Succeeded(Json.NULL);
                  })
              .enter(store, clock);

      worker.work();
      assertThat(ran).hasSize(16);

      // It was paused when it was adopted, and still is.
      database.sql("SELECT reproq_resume_queue('mail')");
      worker.work();
      assertThat(ran).containsExactlyInAnyOrderElementsOf(ready);
      assertThat(store.find(ready))
          .allMatch(task -> task.standing().status() == TaskStatus.SUCCESSFUL);
      assertThat(store.find(List.of(8L)).getFirst().standing().workerIds())
          .containsExactly("host-7", "host-7", "w");
    }
  }

  @Test
  void what_is_not_over_stands_for_its_twins() {
    var database = Reference.DJANGO.filled();
    var spec = Spec.of("sample.greet").build();
    database.sql(
        "UPDATE task_runs SET spec_hash = '%s' WHERE result_id IN (3, 5, 17)"
            .formatted(spec.hash()));

    try (var store = database.open(Settings.defaults())) {
      assertThat(store.enqueue(List.of(NewTask.of(spec).unique(true))))
          .containsExactly(new Enqueued.Duplicate(3));
    }
  }

  @Test
  void new_ids_follow_all_that_were_given_out() {
    var database = Reference.WORKER.filled();
    try (var store = database.open(Settings.defaults())) {
      assertThat(enqueue(store)).isEqualTo(26);
    }
  }

  @Test
  void ids_far_apart_take_few_partitions() {
    var database = Reference.DJANGO.filled();
    database.sql(
        "UPDATE task_runs SET result_id = CASE result_id WHEN 1 THEN -5 WHEN 2 THEN 30000000"
            + " WHEN 3 THEN 7000000000 WHEN 4 THEN 9000000000000 WHEN 5 THEN 3000000000000000007"
            + " ELSE result_id END");
    try (var store = database.open(Settings.defaults())) {
      assertThat(enqueue(store)).isEqualTo(3000000000000000008L);
      assertThat(
              ids(
                  database,
                  "SELECT result_id FROM reproq.task_default UNION ALL"
                      + " SELECT result_id FROM reproq.finished_default"))
          .containsExactly(-5L);
      assertThat(
              ids(
                  database,
                  "SELECT count(*) FROM pg_inherits WHERE inhparent IN ('reproq.task'::regclass,"
                      + " 'reproq.finished'::regclass)"))
          .singleElement()
          .satisfies(count -> assertThat(count).isLessThanOrEqualTo(2 * 20));
    }
  }

  @Test
  void tables_that_mean_nothing_here_yet_stay_as_they_are() {
    var database = Reference.BOTH.filled();
    var look = "SELECT to_jsonb(t) FROM django_migrations t";
    var before = database.sql(look);
    assertThat(before).hasSize(1);

    migrate(database);

    assertThat(database.sql(look)).isEqualTo(before);
  }

  @Test
  void a_chord_of_which_a_member_failed_unnoticed_has_failed() {
    var database = chord("9, 15");

    migrate(database);

    assertThat(database.sql(CHORD)).containsExactly("FAILED|2|1|1|14|FAILED|9");
  }

  @Test
  void a_chord_of_which_all_members_have_succeeded_comes_to_its_callback() {
    var database = chord("15, 16");

    migrate(database);

    assertThat(database.sql(CHORD)).containsExactly("WAITING_CALLBACK|2|2|0|14|READY|null");
  }

  @Test
  void a_chord_goes_on_where_it_was() {
    var database = chord("1, 15");

    migrate(database);

    assertThat(database.sql(CHORD)).containsExactly("RUNNING|2|1|0|14|WAITING|null");
    assertThat(database.sql("SELECT wait_count FROM task_runs WHERE result_id = 14"))
        .containsExactly("1");
  }

  /// The reference's rows, of which `members` and number 14 as their callback are a chord.
  private static TestDatabase chord(String members) {
    var database = Reference.BOTH.filled();
    database.sql(
        "UPDATE task_runs SET workflow_id = '22222222-2222-2222-2222-222222222222'"
            + " WHERE result_id IN (%s) RETURNING 1".formatted(members));
    database.sql(
        "INSERT INTO workflow_runs (workflow_id, expected_count, callback_result_id)"
            + " VALUES ('22222222-2222-2222-2222-222222222222', 2, 14) RETURNING 1");
    return database;
  }

  @ParameterizedTest
  @EnumSource
  void schedules_go_on_where_they_stood(Reference shape) {
    var database = shape.filled();
    database.sql(
        "INSERT INTO periodic_tasks (name, cron_expr, task_path, payload_json, queue_name,"
            + " priority, max_attempts, concurrency_key, concurrency_limit, last_run_at,"
            + " next_run_at, enabled, created_at, updated_at) VALUES ('due', '0 3 * * *',"
            + " 'sample.greet', '[1]', 'mail', 5, 4, 'k', 2, '2026-02-28 03:00:00Z', '2026-03-01"
            + " 03:00:00Z', true, now(), now()), ('off', '0 3 * * *', 'sample.greet', '{}',"
            + " 'default', 0, 3, NULL, 0, NULL, '2026-03-01 03:00:00Z', false, now(), now()),"
            + " ('never', '0 0 30 2 *', 'sample.greet', '{}', 'default', 0, 3, NULL, 0, NULL,"
            + " '0001-01-01 00:00:00Z', true, now(), now())");
    var look =
        "SELECT name, cron_expr, task_path, payload_json, queue_name, priority, max_attempts,"
            + " concurrency_key, concurrency_limit, last_run_at, next_run_at, enabled, created_at,"
            + " updated_at FROM periodic_tasks WHERE name <> 'never' ORDER BY name";
    var before = database.sql(look);
    assertThat(before).hasSize(3);

    assertThat(migrate(database)).contains("adopted 4 schedule(s) of periodic_tasks");

    assertThat(database.sql(look)).isEqualTo(before);
    try (var store = database.open(Settings.defaults())) {
      var pass = new Scheduler(store.schedules()).pass();
      assertThat(pass.enqueued())
          .extracting(run -> run.schedule() + " " + run.scheduledAt())
          .containsExactly("due 2026-03-01T03:00:00Z");
      assertThat(pass.failures()).extracting(Scheduler.Failed::schedule).containsExactly("never");
    }
  }

  @Test
  void a_function_that_pg_cron_calls_is_replaced_by_ours() {
    var database = Reference.WORKER.filled();
    database.sql(
        "CREATE FUNCTION reproq_enqueue_periodic_task(p_name text) RETURNS bigint LANGUAGE sql AS"
            + " 'SELECT -1::bigint'");

    migrate(database);

    assertThat(database.sql("SELECT reproq_enqueue_periodic_task('nightly') > 0"))
        .containsExactly("t");
  }

  @ParameterizedTest
  @EnumSource
  void paused_queues_stay_paused(Reference shape) {
    var database = shape.filled();

    assertThat(migrate(database)).contains("queues that stay paused: mail");

    assertThat(
            database.sql("SELECT queue_name, paused, reason FROM reproq_queue_controls ORDER BY 1"))
        .containsExactly("default|f|null", "mail|t|too much mail");
  }

  @Test
  void rate_limits_stay() {
    var database = Reference.BOTH.filled();
    database.sql(
        """
        INSERT INTO rate_limits (key, tokens_per_second, burst_size, current_tokens, last_refilled_at)
        VALUES ('queue:mail', 0.5, 10, 2.25, '2026-01-01Z'), ('task:a', 1e9, 1, 5, 'infinity'),
          ('task:b', 'NaN', -3, 'NaN', '2026-01-01Z'), ('', 1, 1, 1, now())
        """);

    assertThat(migrate(database)).contains("rate limits that stay: queue:mail, task:a");

    assertThat(
            database.sql(
                "SELECT key, tokens_per_second, burst_size, current_tokens, last_refilled_at <="
                    + " now() FROM rate_limits ORDER BY key"))
        .containsExactly(
            "global|0|1|0|t", "queue:mail|0.5|10|2.25|t", "task:a|1e+06|1|1|t", "task:b|0|0|0|t");
    assertThat(database.sql("SELECT count(*) FROM reproq_before.rate_limits")).containsExactly("5");
  }

  @Test
  void a_table_of_that_name_that_is_something_else_is_refused() {
    var database = TestServer.bare();
    database.sql("CREATE TABLE rate_limits (customer integer)");

    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> database.open(Settings.defaults()))
        .withMessageContaining("the table rate_limits lacks burst_size, current_tokens, key")
        .withMessageContaining("rename it");
  }

  @Test
  void tables_may_lie_in_any_schema_of_the_path() {
    var database = Reference.WORKER.filled();
    database.sql(
        "CREATE SCHEMA \"My App\"; ALTER TABLE task_runs SET SCHEMA \"My App\"; ALTER DATABASE "
            + database.dsn().database()
            + " SET search_path = \"My App\", public");

    migrate(database);

    assertThat(database.sql("SELECT count(*) FROM \"My App\".task_runs")).containsExactly("19");
    assertThat(database.sql("SELECT count(*) FROM reproq_before.reproq_workers"))
        .containsExactly("1");
  }

  @Test
  void it_is_told_before_and_after() {
    var database = Reference.WORKER.filled();
    assertThat(PROVIDER.adoptable(database.dsn())).hasValue(19);

    assertThat(migrate(database))
        .startsWith(
            "adopted 19 task(s): 5 ready, 2 deferred, 2 waiting, 4 cancelled, 3 failed,"
                + " 3 successful; the old tables are in the schema reproq_before",
            "1 of them were RUNNING and to be cancelled, and are",
            "2 of them were RUNNING: they go on as after a lost lease, 1 ready, 1 failed");

    assertThat(PROVIDER.adoptable(database.dsn())).isEmpty();
    assertThat(PROVIDER.adoptable(TestServer.bare().dsn())).isEmpty();
  }

  @Test
  void tables_without_rows_are_adopted_too() {
    var database = Reference.DJANGO.empty();

    assertThat(migrate(database))
        .containsExactly("adopted 0 task(s); the old tables are in the schema reproq_before");

    try (var store = database.open(Settings.defaults())) {
      assertThat(enqueue(store)).isEqualTo(1);
    }
  }

  private static TestDatabase odd() {
    var database = Reference.DJANGO.filled();
    database.sql(Reference.text("reference_odd.sql"));
    return database;
  }

  private static long enqueue(TaskStore store) {
    return Actors.enqueue(store, 1).getFirst();
  }

  private static List<Long> ids(TestDatabase database, String sql) {
    return database.sql(sql).stream().map(Long::valueOf).collect(Collectors.toList());
  }
}
