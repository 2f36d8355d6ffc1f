package io.reproq.jdbc.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.store.ClaimRequest;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sqlite.ProgressHandler;

/// How much work SQLite does for the questions that are asked often, on 100 000 finished, 20 000
/// ready and 20 000 parked tasks. Counted in steps of its virtual machine, so that a slow machine
/// changes nothing: to read every task takes some millions.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class PlansTest {
  private static final int STEPS_PER_CALL = 100;
  private static final int FEW = 60_000;

  /// Unfinished tasks of a rare kind are looked for among all unfinished ones, finished ones never.
  private static final int UNFINISHED = 300_000;

  @TempDir static Path folder;
  private static Fixture fixture;

  @BeforeAll
  static void fill() throws SQLException {
    fixture = new Fixture(folder);
    fixture.open().close();
    try (var connection = fixture.connect();
        var statement = connection.createStatement()) {
      statement.executeUpdate(
          """
          BEGIN;
          INSERT INTO task (result_id, task_path, queue_name, priority, spec_json, spec_hash,
            max_attempts, timeout_seconds, concurrency_limit, enqueued_at)
          WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 140000)
          SELECT i, 'path.p' || (i % 10), 'queue' || (i % 3), 0, '{}', printf('%064d', i), 3, 900, 0,
            i * 1000000 FROM n;
          INSERT INTO finished (result_id, queue_name, task_path, status, version, attempts,
            started_at, last_attempted_at, worker_ids, finished_at)
          SELECT result_id, queue_name, task_path,
            CASE WHEN result_id % 100 = 0 THEN 'FAILED' ELSE 'SUCCESSFUL' END, 3, 1, enqueued_at,
            enqueued_at, '["w"]', enqueued_at FROM task WHERE result_id <= 100000;
          INSERT INTO ready (result_id, queue_name, task_path, rank, version, attempts)
          SELECT result_id, queue_name, task_path, -result_id, 1, 0 FROM task
          WHERE result_id BETWEEN 100001 AND 120000;
          INSERT INTO parked (result_id, queue_name, task_path, rank, version, attempts, parked_key)
          SELECT result_id, queue_name, task_path, result_id, 2, 0, 'path:' || task_path FROM task
          WHERE result_id > 120000;
          INSERT INTO failure (result_id, attempt, kind, message, at)
          SELECT result_id, 1, 'app_error', 'no', finished_at FROM finished WHERE status = 'FAILED';
          COMMIT
          """);
    }
  }

  @AfterAll
  static void drop() {
    fixture.close();
  }

  /// Steps that `sql` takes, to the last of its rows.
  private static long steps(Connection connection, String sql) throws SQLException {
    var calls = new AtomicLong();
    ProgressHandler.setHandler(
        connection,
        STEPS_PER_CALL,
        new ProgressHandler() {
          @Override
          protected int progress() {
            calls.incrementAndGet();
            return 0;
          }
        });
    try (var statement = connection.createStatement();
        var results = statement.executeQuery(sql)) {
      var columns = results.getMetaData().getColumnCount();
      while (results.next()) {
        for (var column = 1; column <= columns; column++) {
          results.getString(column);
        }
      }
    } finally {
      ProgressHandler.clearHandler(connection);
    }
    return calls.get() * STEPS_PER_CALL;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "result_id = 77777",
        "result_id IN (1, 50000, 100000, 110000, 130000)",
        "result_id > 50000 ORDER BY result_id LIMIT 50",
        "result_id < 90000 ORDER BY result_id DESC LIMIT 50",
        "status = 'SUCCESSFUL' ORDER BY result_id DESC LIMIT 50",
        "status = 'FAILED' ORDER BY result_id DESC LIMIT 50",
        "status = 'READY' ORDER BY result_id DESC LIMIT 50",
        "status = 'CANCELLED' ORDER BY result_id DESC LIMIT 50",
        "queue_name = 'queue1' ORDER BY result_id DESC LIMIT 50",
        "queue_name = 'queue1' AND status = 'FAILED' ORDER BY result_id DESC LIMIT 50",
        "task_path = 'path.p7' ORDER BY result_id DESC LIMIT 50",
        "task_path = 'path.p7' AND status = 'SUCCESSFUL' ORDER BY result_id DESC LIMIT 50",
      })
  void the_view_reads_little_more_than_it_shows(String condition) throws SQLException {
    try (var connection = fixture.connect()) {
      assertThat(steps(connection, "SELECT * FROM task_runs WHERE " + condition)).isLessThan(FEW);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      textBlock =
          """
          list_all; 60000, 50
          list_status; 0, 'FAILED', 50
          list_status; 0, 'READY', 50
          list_queue; 60000, 'queue1', NULL, NULL, 50
          list_queue; 0, 'nobody', NULL, NULL, 50
          list_queue; 0, 'queue1', 'FAILED', 'FAILED', 50
          list_path; 60000, 'path.p7', NULL, NULL, NULL, NULL, 50
          list_path; 0, 'path.p7', NULL, NULL, 'SUCCESSFUL', 'SUCCESSFUL', 50
          """)
  void a_page_reads_little_more_than_it_shows(String name, String parameters) throws SQLException {
    var sql = SqliteStore.READ.get(name).sql();
    for (var parameter : parameters.split(", ", -1)) {
      sql = sql.replaceFirst("\\?", parameter);
    }
    try (var connection = fixture.connect()) {
      assertThat(steps(connection, sql)).isLessThan(UNFINISHED);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "9223372036854775807, 9223372036854775807, NULL, NULL, NULL, NULL, 50",
        "50000000000, 50000, NULL, NULL, NULL, NULL, 50",
        "9223372036854775807, 0, 'queue1', 'queue1', NULL, NULL, 50",
        "9223372036854775807, 0, NULL, NULL, 'path.p0', 'path.p0', 50",
      })
  void the_newest_failures_are_found_by_index(String parameters) throws SQLException {
    var sql = FailedTask.SQL.get("newest_failed").sql();
    for (var parameter : parameters.split(", ", -1)) {
      sql = sql.replaceFirst("\\?", parameter);
    }
    try (var connection = fixture.connect()) {
      assertThat(fixture.sql(sql)).hasSize(50);
      assertThat(steps(connection, sql)).isLessThan(FEW);
    }
  }

  @Test
  void tasks_are_counted_without_reading_them() throws SQLException {
    try (var connection = fixture.connect()) {
      assertThat(steps(connection, SqliteStore.READ.get("counts").sql())).isLessThan(1_000);
    }
  }

  @Test
  void a_full_scan_would_be_noticed() throws SQLException {
    try (var connection = fixture.connect()) {
      assertThat(steps(connection, "SELECT * FROM task_runs WHERE priority = 1"))
          .isGreaterThan(10L * FEW);
    }
  }

  @Test
  void a_claim_reads_the_head_of_its_queue_alone() throws SQLException {
    assertThat(
            fixture.sql(
                "EXPLAIN QUERY PLAN "
                    + SqliteStore.SQL
                        .get("claim_candidates")
                        .sql()
                        .replaceFirst("\\?", "'queue1'")
                        .replace("?", "50")))
        .anyMatch(line -> line.contains("SEARCH r USING INDEX ready_rank (queue_name=?)"))
        .noneMatch(line -> line.contains("SCAN") || line.contains("TEMP B-TREE"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          held; USING INTEGER PRIMARY KEY
          metadata; USING INTEGER PRIMARY KEY
          pieces; SEARCH output USING INDEX
          """)
  void notes_are_written_and_read_by_index(String name, String way) throws SQLException {
    var sql = TakeNotes.SQL.get(name).sql().replace("?", "1");

    assertThat(fixture.sql("EXPLAIN QUERY PLAN " + sql))
        .anyMatch(line -> line.contains(way))
        .noneMatch(line -> line.contains("SCAN") || line.contains("TEMP B-TREE"));
  }

  @Test
  void keys_of_parked_tasks_are_found_without_reading_the_tasks() throws SQLException {
    try (var connection = fixture.connect()) {
      var sql = SqliteStore.SQL.get("path_keys").sql();
      assertThat(fixture.sql(sql)).hasSize(10).contains(ClaimRequest.parkingKey("path.p3"));
      assertThat(steps(connection, sql)).isLessThan(2_000);
    }
  }
}
