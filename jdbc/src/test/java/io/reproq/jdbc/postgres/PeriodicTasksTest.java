package io.reproq.jdbc.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reproq.json.Json;
import io.reproq.schedule.Overlap;
import io.reproq.schedule.Schedule;
import io.reproq.schedule.TaskTemplate;
import io.reproq.schedule.Turn;
import io.reproq.store.StoreProvider.Settings;
import io.reproq.store.TaskStore;
import io.reproq.store.Ticked;
import io.reproq.worker.Scheduler;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// Schedules that somebody writes with plain SQL, and what pg_cron calls.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class PeriodicTasksTest {
  private static final TestDatabase DATABASE = TestServer.fresh();
  private static final Schedule NIGHTLY =
      Schedule.of("nightly", "0 3 * * *", TaskTemplate.of("sample.greet"));

  private TaskStore store;

  @BeforeEach
  void begin() {
    store = DATABASE.openEmpty(Settings.defaults());
  }

  @AfterEach
  void end() {
    store.close();
  }

  @Test
  void has_the_columns_of_the_contract_and_then_ours() {
    assertThat(
            DATABASE.sql(
                "SELECT column_name FROM information_schema.columns WHERE table_name ="
                    + " 'periodic_tasks' ORDER BY ordinal_position"))
        .startsWith(
            "name",
            "cron_expr",
            "task_path",
            "payload_json",
            "queue_name",
            "priority",
            "max_attempts",
            "concurrency_key",
            "concurrency_limit",
            "last_run_at",
            "next_run_at",
            "enabled",
            "created_at",
            "updated_at")
        .endsWith("time_zone", "overlap", "catch_up", "timeout_seconds", "lock_key", "last_error");
  }

  @Test
  void a_row_as_django_writes_it_is_enqueued_when_it_says() {
    var written =
        DATABASE.sql(
            "INSERT INTO periodic_tasks (name, cron_expr, task_path, payload_json, queue_name,"
                + " priority, max_attempts, concurrency_key, concurrency_limit, last_run_at,"
                + " next_run_at, enabled, created_at, updated_at) VALUES ('n', '0 3 * * *',"
                + " 'sample.greet', '{\"kwargs\": {\"a\": 1}}', 'mail', 5, 4, 'k', 2, NULL,"
                + " '2026-01-01 03:00:00Z', true, now(), now()) RETURNING name");
    assertThat(written).containsExactly("n");

    assertThat(pass().enqueued())
        .singleElement()
        .satisfies(run -> assertThat(run.scheduledAt()).isEqualTo("2026-01-01T03:00:00Z"));

    assertThat(
            DATABASE.sql(
                "SELECT task_path, queue_name, priority, max_attempts, concurrency_key,"
                    + " concurrency_limit, spec_json ->> 'kwargs', spec_json ->> 'scheduled_at'"
                    + " FROM task_runs"))
        .containsExactly("sample.greet|mail|5|4|k|2|{\"a\":1}|2026-01-01T03:00:00Z");
    assertThat(
            DATABASE.sql(
                "SELECT last_run_at = '2026-01-01 03:00:00Z', next_run_at > now(),"
                    + " extract(hour FROM next_run_at AT TIME ZONE 'UTC') FROM periodic_tasks"))
        .containsExactly("t|t|3");
  }

  @Test
  void a_row_takes_every_write() {
    var insert =
        "INSERT INTO periodic_tasks (name, cron_expr, task_path) VALUES ('n', '@daily', 'a')";
    DATABASE.sql(insert);
    DATABASE.sql(insert + " ON CONFLICT (name) DO UPDATE SET priority = 3");

    assertThat(
            DATABASE.sql("UPDATE periodic_tasks SET enabled = false RETURNING priority, enabled"))
        .containsExactly("3|f");
    assertThat(DATABASE.sql("DELETE FROM periodic_tasks RETURNING name")).containsExactly("n");
  }

  @Test
  void a_row_without_a_time_gets_one_from_its_expression() {
    DATABASE.sql(
        "INSERT INTO periodic_tasks (name, cron_expr, task_path) VALUES ('n', '0 3 1 1 *', 'a')");

    assertThat(pass().enqueued()).isEmpty();

    assertThat(DATABASE.sql("SELECT next_run_at > now(), last_error FROM periodic_tasks"))
        .containsExactly("t|null");
  }

  @Test
  void an_expression_that_somebody_changes_is_worked_out_anew_and_runs_nothing() {
    store.schedules().set(NIGHTLY);
    DATABASE.sql("UPDATE periodic_tasks SET cron_expr = '0 4 * * *'");

    assertThat(pass().enqueued()).isEmpty();

    assertThat(
            DATABASE.sql(
                "SELECT extract(hour FROM next_run_at AT TIME ZONE 'UTC') FROM periodic_tasks"))
        .containsExactly("4");
  }

  @Test
  void what_a_row_missed_while_it_was_disabled_is_not_made_up_for() {
    DATABASE.sql(
        "INSERT INTO periodic_tasks (name, cron_expr, task_path, next_run_at, enabled) VALUES ('n',"
            + " '0 3 1 1 *', 'a', '2026-01-01 03:00:00Z', false)");
    assertThat(pass().enqueued()).isEmpty();
    DATABASE.sql("UPDATE periodic_tasks SET enabled = true");

    assertThat(pass().enqueued()).isEmpty();
  }

  @Test
  void a_change_since_it_was_read_makes_the_scheduler_look_again() {
    store.schedules().set(NIGHTLY);
    DATABASE.sql("UPDATE periodic_tasks SET next_run_at = '2026-01-01 03:00:00Z'");
    var seen = store.schedules().due(1).rows().getFirst();
    DATABASE.sql("UPDATE periodic_tasks SET enabled = false");

    var turn = Turn.of(seen.schedule(), seen.times(), store.schedules().due(1).now());

    assertThat(store.schedules().tick(seen, turn)).isEqualTo(new Ticked.Stale());
    assertThat(DATABASE.sql("SELECT count(*) FROM task_runs")).containsExactly("0");
  }

  @Test
  void rows_that_cannot_be_obeyed_say_so_and_keep_nobody_waiting() {
    DATABASE.sql(
        "INSERT INTO periodic_tasks (name, cron_expr, task_path, payload_json, next_run_at) VALUES"
            + " ('never', '0 0 30 2 *', 'a', '{}', '2026-01-01Z'),"
            + " ('zone', 'TZ=UTC', 'a', '{}', '2026-01-01Z'),"
            + " ('payload', '@daily', 'a', '5', '2026-01-01Z'),"
            + " ('path', '@daily', '', '{}', '2026-01-01Z'),"
            + " ('good', '@daily', 'a', '{}', '2026-01-01Z')");

    var pass = pass();

    assertThat(pass.enqueued()).extracting(Scheduler.Enqueued::schedule).containsExactly("good");
    assertThat(pass.failures())
        .extracting(Scheduler.Failed::schedule)
        .containsExactlyInAnyOrder("never", "zone", "payload", "path");
    assertThat(pass().failures()).isEmpty();
    assertThat(DATABASE.sql("SELECT name, last_error FROM periodic_tasks WHERE name = 'never'"))
        .singleElement()
        .asString()
        .contains("it never comes");
    DATABASE.sql("UPDATE periodic_tasks SET cron_expr = '@daily' WHERE name = 'never'");
    assertThat(DATABASE.sql("SELECT last_error FROM periodic_tasks WHERE name = 'never'"))
        .containsExactly("null");
    assertThat(pass().failures()).isEmpty();
  }

  @Test
  void pg_cron_enqueues_what_beat_would() {
    store.schedules().set(NIGHTLY);

    var id = enqueue("nightly");

    assertThat(
            DATABASE.sql(
                "SELECT result_id, task_path, spec_json ->> 'periodic_name',"
                    + " spec_json::jsonb ->> 'exec' FROM task_runs"))
        .singleElement()
        .asString()
        .isEqualTo(id + "|sample.greet|nightly|{\"max_attempts\": 3, \"timeout_seconds\": 900}");
    assertThat(
            DATABASE.sql(
                "SELECT last_run_at > now() - interval '2 minutes', next_run_at > now() FROM"
                    + " periodic_tasks"))
        .containsExactly("t|t");
  }

  @Test
  void the_spec_of_pg_cron_is_the_one_of_beat_to_the_byte() {
    var schedule =
        Schedule.of(
                "Größe",
                "@daily",
                TaskTemplate.of("sample.greet")
                    .withPayload(new Json("{\"b\":[1.5,\"ü\"],\"a\":{}}")))
            .withOverlap(Overlap.QUEUE);
    store.schedules().set(schedule);

    enqueue("Größe");

    var spec = DATABASE.sql("SELECT spec_json FROM task_runs").getFirst();
    var at = new Json(spec).tree().path("scheduled_at").stringValue();
    assertThat(spec).isEqualTo(schedule.spec(Instant.parse(at)).text());
  }

  @Test
  void pg_cron_leaves_out_what_is_disabled_or_unknown() {
    store.schedules().set(NIGHTLY.withEnabled(false));

    assertThat(enqueue("nightly")).isEqualTo("null");
    assertThat(enqueue("daily")).isEqualTo("null");
  }

  @Test
  void pg_cron_heeds_a_run_that_is_not_over() {
    store.schedules().set(NIGHTLY.withOverlap(Overlap.SKIP));
    store.schedules().runNow("nightly");

    assertThat(enqueue("nightly")).isEqualTo("null");
  }

  @Test
  void a_tick_of_pg_cron_is_not_enqueued_again_by_beat() {
    store.schedules().set(NIGHTLY);
    enqueue("nightly");
    DATABASE.sql("UPDATE periodic_tasks SET next_run_at = last_run_at");
    assertThat(pass().enqueued()).isEmpty();
    DATABASE.sql("UPDATE periodic_tasks SET next_run_at = last_run_at, last_run_at = NULL");

    assertThat(pass().enqueued()).isEmpty();

    assertThat(DATABASE.sql("SELECT count(*) FROM task_runs")).containsExactly("1");
  }

  @Test
  void beside_several_schedulers_pg_cron_doubles_no_tick() throws Exception {
    var minutely = Schedule.of("minutely", "* * * * *", TaskTemplate.of("sample.greet"));
    store.schedules().set(minutely);
    var calls = new ArrayList<Callable<Object>>();
    for (var i = 0; i < 40; i++) {
      calls.add(() -> pass());
      calls.add(() -> enqueue("minutely"));
      calls.add(() ->
          DATABASE.sql(
              "UPDATE periodic_tasks SET last_run_at = NULL,"
                  + " next_run_at = date_trunc('minute', clock_timestamp())"));
    }
    try (var threads = Executors.newFixedThreadPool(6)) {
      for (var done : threads.invokeAll(calls)) {
        done.get();
      }
    }

    assertThat(
            DATABASE.sql(
                "SELECT count(*) BETWEEN 1 AND 3, count(*) = count(DISTINCT spec_json ->>"
                    + " 'scheduled_at') FROM task_runs"))
        .containsExactly("t|t");
  }

  @Test
  void what_cannot_be_is_refused_when_it_is_written() {
    for (var values : List.of("('', '@daily', 'a', 'allow')", "('n', '@daily', 'a', 'wait')")) {
      assertThatThrownBy(() ->
              DATABASE.sql(
                  "INSERT INTO periodic_tasks (name, cron_expr, task_path, overlap) VALUES "
                      + values))
          .isInstanceOf(AssertionError.class);
    }
  }

  private static String enqueue(String schedule) {
    return DATABASE.sql("SELECT reproq_enqueue_periodic_task('" + schedule + "')").getFirst();
  }

  private Scheduler.Pass pass() {
    return new Scheduler(store.schedules()).pass();
  }
}
