package io.reproq.jdbc.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.reproq.schedule.Schedule;
import io.reproq.schedule.TaskTemplate;
import io.reproq.store.TaskStore;
import io.reproq.worker.Scheduler;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Schedules that somebody writes with plain SQL.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class PeriodicTasksTest {
  @TempDir Path folder;
  private Fixture fixture;
  private TaskStore store;

  @BeforeEach
  void begin() {
    fixture = new Fixture(folder);
    store = fixture.open();
  }

  @AfterEach
  void end() {
    fixture.close();
  }

  @Test
  void has_the_columns_of_the_contract_and_then_ours() throws Exception {
    assertThat(fixture.sql("SELECT name FROM pragma_table_info('periodic_tasks')"))
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
            "updated_at",
            "time_zone");
  }

  @ParameterizedTest
  @CsvSource({
    "2026-01-01 03:00:00.000000",
    "2026-01-01 03:00:00",
    "2026-01-01T03:00:00Z",
    "2026-01-01 08:45:00+05:45"
  })
  void a_row_as_django_writes_it_is_enqueued_when_it_says(String time) throws Exception {
    fixture.sql(
        "INSERT INTO periodic_tasks (name, cron_expr, task_path, payload_json, queue_name,"
            + " priority, max_attempts, concurrency_key, concurrency_limit, last_run_at,"
            + " next_run_at, enabled, created_at, updated_at) VALUES ('n', '0 3 * * *',"
            + " 'sample.greet', '{\"kwargs\": {\"a\": 1}}', 'mail', 5, 4, 'k', 2, NULL, '"
            + time
            + "', 1, '2026-01-01 00:00:00', '2026-01-01 00:00:00.000001')");

    assertThat(pass().enqueued())
        .singleElement()
        .satisfies(run -> assertThat(run.scheduledAt()).isEqualTo("2026-01-01T03:00:00Z"));

    assertThat(
            fixture.sql(
                "SELECT queue_name, priority, max_attempts, concurrency_key, concurrency_limit,"
                    + " spec_json ->> '$.kwargs.a' FROM task_runs"))
        .containsExactly("mail|5|4|k|2|1");
    assertThat(
            fixture.sql(
                "SELECT last_run_at, substr(next_run_at, 12), next_run_at > last_run_at FROM"
                    + " periodic_tasks"))
        .containsExactly("2026-01-01 03:00:00.000000|03:00:00.000000|1");
  }

  @Test
  void a_row_without_a_time_gets_one_from_its_expression() throws Exception {
    fixture.sql(
        "INSERT INTO periodic_tasks (name, cron_expr, task_path) VALUES ('n', '0 3 1 1 *', 'a')");

    assertThat(pass().enqueued()).isEmpty();

    assertThat(fixture.sql("SELECT substr(next_run_at, 5) FROM periodic_tasks"))
        .containsExactly("-01-01 03:00:00.000000");
  }

  @Test
  void an_expression_that_somebody_changes_is_worked_out_anew_and_runs_nothing() throws Exception {
    store.schedules().set(Schedule.of("n", "0 3 * * *", TaskTemplate.of("a")));
    fixture.sql("UPDATE periodic_tasks SET cron_expr = '0 4 1 1 *'");
    assertThat(fixture.sql("SELECT next_run_at FROM periodic_tasks")).containsExactly("null");

    assertThat(pass().enqueued()).isEmpty();

    assertThat(fixture.sql("SELECT substr(next_run_at, 12) FROM periodic_tasks"))
        .containsExactly("04:00:00.000000");
  }

  @Test
  void what_a_row_missed_while_it_was_disabled_is_not_made_up_for() throws Exception {
    fixture.sql(
        "INSERT INTO periodic_tasks (name, cron_expr, task_path, next_run_at, enabled) VALUES ('n',"
            + " '0 3 1 1 *', 'a', '2026-01-01 03:00:00', 0)");
    assertThat(pass().enqueued()).isEmpty();
    fixture.sql("UPDATE periodic_tasks SET enabled = 1");

    assertThat(pass().enqueued()).isEmpty();
  }

  @Test
  void rows_that_cannot_be_obeyed_say_so_and_keep_nobody_waiting() throws Exception {
    fixture.sql(
        "INSERT INTO periodic_tasks (name, cron_expr, task_path, next_run_at) VALUES"
            + " ('never', '0 0 30 2 *', 'a', '2026-01-01'), ('good', '@daily', 'a', '2026-01-01')");

    var pass = pass();

    assertThat(pass.enqueued()).extracting(Scheduler.Enqueued::schedule).containsExactly("good");
    assertThat(pass.failures()).extracting(Scheduler.Failed::schedule).containsExactly("never");
    assertThat(pass().failures()).isEmpty();
    assertThat(
            fixture.sql(
                "SELECT last_error LIKE '%never comes%' FROM periodic_tasks WHERE name = 'never'"))
        .containsExactly("1");
    fixture.sql("UPDATE periodic_tasks SET cron_expr = '@daily' WHERE name = 'never'");
    assertThat(fixture.sql("SELECT last_error FROM periodic_tasks WHERE name = 'never'"))
        .containsExactly("null");
    assertThat(pass().failures()).isEmpty();
  }

  @Test
  void ticks_go_with_their_row_and_take_its_new_name() throws Exception {
    store.schedules().set(Schedule.of("n", "@daily", TaskTemplate.of("a")));
    store.schedules().runNow("n");
    fixture.sql("UPDATE periodic_tasks SET name = 'm'");
    assertThat(fixture.sql("SELECT name FROM periodic_tick")).containsExactly("m");

    fixture.sql("DELETE FROM periodic_tasks");

    assertThat(fixture.sql("SELECT name FROM periodic_tick")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          name             | ''          | name must not be empty
          payload_json     | '{'         | payload_json must be JSON
          overlap          | 'wait'      | overlap must be allow, skip or queue
          next_run_at      | 'tomorrow'  | times must be like 2026-01-31 12:00:00
          priority         | 3000000000  | must be 32-bit integers
          """)
  void what_cannot_be_is_refused_when_it_is_written(String column, String value, String reason) {
    store.schedules().set(Schedule.of("n", "@daily", TaskTemplate.of("a")));

    assertThatExceptionOfType(SQLException.class)
        .isThrownBy(() -> fixture.sql("UPDATE periodic_tasks SET " + column + " = " + value))
        .withMessageContaining(reason);
  }

  private Scheduler.Pass pass() {
    return new Scheduler(store.schedules()).pass();
  }
}
