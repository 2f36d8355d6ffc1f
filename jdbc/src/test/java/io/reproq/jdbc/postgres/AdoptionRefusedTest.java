package io.reproq.jdbc.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import io.reproq.store.StoreException;
import io.reproq.store.StoreProvider.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// All or nothing, once, and not behind anybody's back.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class AdoptionRefusedTest {
  private static final PostgresStoreProvider PROVIDER = new PostgresStoreProvider();

  private static void migrate(TestDatabase database) {
    PROVIDER.migrations(database.dsn()).orElseThrow().run();
  }

  private static void assertRefused(TestDatabase database, String... words) {
    var before = dump(database);
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> migrate(database))
        .withMessageContaining("could not migrate")
        .withMessageContainingAll(words);
    assertThat(dump(database)).isEqualTo(before);
  }

  /// All relations and functions there are, and all rows in them.
  private static List<String> dump(TestDatabase database) {
    var all = new ArrayList<String>();
    var schemas = "IN ('public', 'reproq', 'reproq_before')";
    all.addAll(
        database.sql(
            "SELECT oid::regclass, relkind, relfilenode FROM pg_class WHERE"
                + " relnamespace::regnamespace::text "
                + schemas
                + " ORDER BY 1"));
    all.addAll(
        database.sql(
            "SELECT oid::regprocedure FROM pg_proc WHERE pronamespace::regnamespace::text "
                + schemas
                + " ORDER BY 1"));
    for (var table :
        database.sql(
            "SELECT oid::regclass FROM pg_class WHERE relkind IN ('r', 'S')"
                + " AND relnamespace::regnamespace::text "
                + schemas
                + " ORDER BY 1")) {
      all.add(table);
      all.addAll(database.sql("SELECT * FROM " + table));
    }
    return all;
  }

  @ParameterizedTest
  @EnumSource
  void a_second_migration_changes_nothing(Reference shape) {
    var database = shape.filled();
    migrate(database);
    var before = dump(database);
    assertThat(before).contains("reproq.finished_000000000000", "reproq_before.task_runs");

    assertThat(PROVIDER.migrations(database.dsn()).orElseThrow().run()).isEmpty();
    database.open(Settings.defaults()).close();

    assertThat(dump(database)).isEqualTo(before);
  }

  @ParameterizedTest
  @EnumSource
  void a_row_that_cannot_be_adopted_leaves_all_as_it_was(Reference shape) {
    var database = shape.filled();
    database.sql("UPDATE task_runs SET result_id = 9223372036854775807 WHERE result_id = 19");

    assertRefused(database, "task 9223372036854775807 leaves no room", "smaller result_id");

    database.sql("UPDATE task_runs SET result_id = 19 WHERE result_id = 9223372036854775807");
    migrate(database);
    assertThat(database.sql("SELECT count(*) FROM task_runs")).containsExactly("19");
  }

  @Test
  void tables_in_use_are_waited_for_and_then_left_alone() throws SQLException {
    var database = Reference.WORKER.filled();
    try (var other = database.connect();
        var statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("SELECT 1 FROM task_runs LIMIT 1");

      assertRefused(database, "task_runs is in use", "stop the old workers");
    }
    migrate(database);
  }

  @Test
  void workers_that_are_alive_stop_it() throws SQLException {
    var database = Reference.WORKER.filled();
    try (var old = database.connect();
        var statement = old.createStatement()) {
      statement.execute("UPDATE task_runs SET leased_until = now() WHERE result_id = 8");

      assertRefused(database, "old workers are alive (host-7): stop them");

      // Seen long ago: then it is somebody else who writes.
      statement.execute("UPDATE reproq_workers SET last_seen_at = now() - interval '3 minutes'");
      statement.execute("UPDATE task_runs SET leased_until = now() WHERE result_id = 8");
      migrate(database);
    }
  }

  @Test
  void a_worker_that_has_just_gone_does_not() throws SQLException {
    var database = Reference.WORKER.filled();
    try (var old = database.connect();
        var statement = old.createStatement()) {
      statement.execute("UPDATE task_runs SET leased_until = now() WHERE result_id = 8");
    }

    // The server may need a moment to see that the connection is closed.
    Actors.until(
        "the worker's connection is gone",
        Duration.ofMillis(20),
        () ->
            database
                .sql(
                    "SELECT 1 FROM pg_stat_activity WHERE datname = current_database()"
                        + " AND pid <> pg_backend_pid() AND backend_type = 'client backend'")
                .isEmpty());
    assertThatNoException().isThrownBy(() -> migrate(database));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          CREATE TABLE mine (task bigint CONSTRAINT to_task REFERENCES task_runs)                | foreign keys refer to task_runs, which becomes a view: drop those of mine (to_task)
          CREATE VIEW report AS SELECT status FROM task_runs; CREATE VIEW who AS TABLE report    | views read task_runs and would go on to read the old rows: drop report,
          CREATE MATERIALIZED VIEW seen AS SELECT last_seen_at FROM reproq_workers               | views read reproq_workers and would go on to read the old rows: drop seen,
          ALTER TABLE task_runs DROP spec_hash, DROP status                                      | the table task_runs lacks spec_hash, status, so it cannot be adopted
          DROP TABLE task_runs; CREATE VIEW task_runs AS SELECT 1                                | task_runs is there already and is no table
          CREATE SCHEMA reproq_before; CREATE TABLE reproq_before.task_runs ()                   | reproq_before.task_runs is there already, from an earlier adoption
          """)
  void what_would_go_wrong_unseen_is_refused(String planted, String words) {
    var database = Reference.WORKER.filled();
    database.sql(planted);

    assertRefused(database, words);
  }

  @ParameterizedTest
  @EnumSource
  void the_way_back_is_open_and_can_be_gone_again(Reference shape) throws IOException {
    var database = shape.filled();
    var rows = "SELECT to_jsonb(t) FROM task_runs t ORDER BY result_id";
    var before = database.sql(rows);
    migrate(database);

    database.sql(wayBack());

    assertThat(database.sql(rows)).isEqualTo(before);
    assertThat(database.sql("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'reproq%'"))
        .containsExactly("0");
    migrate(database);
    assertThat(database.sql("SELECT count(*) FROM task_runs")).containsExactly("19");
  }

  /// The last script of the operator's guide.
  private static String wayBack() throws IOException {
    var guide = Files.readString(Path.of("../docs/guide/adopt.md"));
    return guide.substring(guide.indexOf("BEGIN;"), guide.lastIndexOf("```"));
  }
}
