package io.reproq.jdbc.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.store.StoreProvider.Settings;
import io.reproq.store.TaskStore;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a role may do that owns nothing.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class SqlRightsTest {
  private static final TestDatabase DATABASE = TestServer.fresh();

  private TaskStore store;
  private PlainSession session;

  @BeforeEach
  void begin() throws Exception {
    store = DATABASE.openEmpty(Settings.defaults());
    session = PlainSession.of(DATABASE);
    session.run("CREATE ROLE \"Some shop\"");
  }

  @AfterEach
  void end() throws Exception {
    session.run("RESET SESSION AUTHORIZATION; RESET search_path");
    session.check(store);
    session.run("DROP OWNED BY \"Some shop\"; DROP ROLE \"Some shop\"");
    session.close();
    store.close();
  }

  private void become() throws Exception {
    session.run("SET SESSION AUTHORIZATION \"Some shop\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT * FROM reproq_enqueue('[]')",
        "SELECT reproq_enqueue_task('a')",
        "SELECT reproq_cancel(1)",
        "SELECT * FROM reproq_cancel(ARRAY[1])",
        "SELECT reproq_retry(1)",
        "SELECT * FROM reproq_retry(ARRAY[1])",
        "SELECT reproq_discard(1)",
        "SELECT reproq_get(ARRAY[1])",
        "SELECT reproq_pause_queue('a')",
        "SELECT reproq_resume_queue('a')",
        "SELECT * FROM task_runs",
        "SELECT * FROM reproq_workers",
        "SELECT * FROM reproq_queue_controls",
        "SELECT * FROM periodic_tasks",
        "SELECT reproq_enqueue_periodic_task('a')",
        "SELECT * FROM rate_limits",
        "INSERT INTO task_runs (spec_json) VALUES ('{\"task_path\": \"a\"}')",
        "SELECT reproq.grant_surface('pg_monitor')",
      })
  void nobody_may_anything_until_it_is_granted(String sql) throws Exception {
    become();

    assertThat(session.refusal(sql).getSQLState()).isEqualTo("42501");
  }

  @Test
  void who_was_granted_the_surface_has_all_of_it() throws Exception {
    session.run("SELECT reproq.grant_surface('\"Some shop\"')");
    become();

    var id = session.number("SELECT reproq_enqueue_task('a')");
    assertThat(session.run("SELECT created FROM reproq_enqueue('{\"task_path\": \"a\"}')"))
        .containsExactly("f");
    assertThat(session.run("SELECT status FROM reproq_get(ARRAY[" + id + "])"))
        .containsExactly("READY");
    assertThat(session.run("SELECT reproq_cancel(" + id + ")")).containsExactly("CANCELLED");
    assertThat(session.run("SELECT reproq_retry(" + id + "), reproq_discard(" + id + ")"))
        .containsExactly("NOT_FAILED|NOT_FAILED");
    session.run("SELECT reproq_pause_queue('a'), reproq_resume_queue('a')");
    session.run("DELETE FROM reproq_queue_controls");
    session.run("INSERT INTO periodic_tasks (name, cron_expr, task_path) VALUES ('n', '', 'c')");
    session.run("UPDATE periodic_tasks SET cron_expr = '@daily'");
    session.run("SELECT reproq_enqueue_periodic_task('n')");
    session.run("DELETE FROM periodic_tasks");
    session.run("INSERT INTO rate_limits (key, tokens_per_second) VALUES ('queue:a', 1)");
    session.run("UPDATE rate_limits SET burst_size = 5, current_tokens = 2");
    session.run("DELETE FROM rate_limits WHERE key <> 'global'");
    session.run("INSERT INTO task_runs (spec_json) VALUES ('{\"task_path\": \"b\"}')");
    session.run("UPDATE task_runs SET cancel_requested = true WHERE task_path IN ('b', 'c')");
    assertThat(session.change("DELETE FROM task_runs")).isEqualTo(3);
    assertThat(session.run("SELECT * FROM reproq_workers")).isEmpty();
  }

  @Test
  void who_was_granted_the_surface_has_nothing_else() throws Exception {
    session.run("SELECT reproq.grant_surface('\"Some shop\"')");
    become();

    for (var sql :
        List.of(
            "SELECT * FROM reproq.task",
            "SELECT * FROM reproq.task_place",
            "DELETE FROM reproq.ready",
            "SELECT nextval('reproq.task_id')",
            "SELECT reproq.cancel(ARRAY[1])",
            "UPDATE reproq_workers SET version = '1'",
            "SELECT reproq.grant_surface('pg_monitor')")) {
      assertThat(session.refusal(sql).getSQLState()).as(sql).isEqualTo("42501");
    }
  }

  @Test
  void names_of_the_callers_own_do_not_come_between() throws Exception {
    session.run("SELECT reproq.grant_surface('\"Some shop\"')");
    become();
    session.run(
        "CREATE FUNCTION pg_temp.clock_timestamp() RETURNS timestamptz LANGUAGE plpgsql AS"
            + " 'BEGIN RAISE ''as %'', current_user; END'");
    session.run("SET search_path = pg_temp, pg_catalog");

    assertThat(session.number("SELECT public.reproq_enqueue_task('a')")).isPositive();
  }
}
