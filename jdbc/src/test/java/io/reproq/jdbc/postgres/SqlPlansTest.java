package io.reproq.jdbc.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// How many pages PostgreSQL touches for the questions that are asked often, on 120 000 finished,
/// 20 000 ready and 20 000 parked tasks in 16 partitions. Pages and not time, so that a slow
/// machine changes nothing: to read every task takes thousands.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class SqlPlansTest {
  private static final TestDatabase DATABASE = TestServer.fresh();
  private static final Pattern PAGES = Pattern.compile("shared hit=(\\d+)(?: read=(\\d+))?");
  private static final long FEW = 1_200;

  private static PlainSession session;

  @BeforeAll
  static void fill() throws SQLException {
    session = PlainSession.of(DATABASE);
    session.run(
        """
        BEGIN;
        CREATE TEMP TABLE number AS SELECT i, i * 1000 AS id FROM generate_series(1, 160000) i;
        INSERT INTO reproq.worker_name (incarnation, worker_id) VALUES (gen_random_uuid(), 'w');
        DO 'BEGIN FOR i IN 0..15 LOOP PERFORM setval(''reproq.task_id'', i * 10000000 + 1);
          PERFORM reproq.add_partitions(); END LOOP; END';
        INSERT INTO reproq.task (result_id, enqueued_at, timeout_seconds, priority, max_attempts,
          concurrency_limit, spec_json)
        SELECT id, '2026-01-01'::timestamptz + i * interval '1 second', 900, 0, 3, 0,
          format('{"task_path":"p","kwargs":{"text":"%s"}}', repeat('x', 300))::json FROM number;
        INSERT INTO reproq.finished (result_id, finished_at, last_attempted_at, claim_number, worker,
          version, attempts, status, queue_name, task_path, return_json)
        SELECT id, now(), now(), i, 1, 3, 1,
          CASE WHEN i % 100 = 0 THEN 'FAILED' ELSE 'SUCCESSFUL' END, 'queue' || i % 3,
          'path.p' || i % 10, CASE WHEN i % 100 = 0 THEN NULL ELSE '1'::json END
        FROM number WHERE i <= 120000;
        INSERT INTO reproq.ready (result_id, rank, version, attempts, queue_name, task_path)
        SELECT id, -i, 1, 0, 'queue' || i % 3, 'path.p' || i % 10
        FROM number WHERE i > 120000 AND i <= 140000;
        INSERT INTO reproq.parked (result_id, rank, version, attempts, queue_name, task_path,
          parked_key)
        SELECT id, -i, 1, 0, 'queue' || i % 3, 'path.p' || i % 10, 'path:p'
        FROM number WHERE i > 140000;
        INSERT INTO reproq.failure (result_id, attempt, kind, message, at)
        SELECT id, 1, 'app_error', 'no', now() FROM number WHERE i % 100 = 0;
        COMMIT;
        ANALYZE
        """);
  }

  @AfterAll
  static void close() throws SQLException {
    session.close();
  }

  /// Pages that `sql` touches, to the last of its rows. What stands first is all that is below it.
  private static long pages(String sql) throws SQLException {
    var plan = String.join("\n", session.run("EXPLAIN (ANALYZE, BUFFERS) " + sql));
    var found = PAGES.matcher(plan);
    assertThat(found.find()).as(plan).isTrue();
    return Long.parseLong(found.group(1))
        + (found.group(2) == null ? 0 : Long.parseLong(found.group(2)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "result_id = 77777000",
        "result_id IN (1000, 50000000, 100000000, 110000000, 130000000)",
        "result_id > 50000000 ORDER BY result_id LIMIT 50",
        "result_id < 90000000 ORDER BY result_id DESC LIMIT 50",
        "true ORDER BY result_id DESC LIMIT 50",
        "status = 'SUCCESSFUL' ORDER BY result_id DESC LIMIT 50",
        "status = 'FAILED' ORDER BY result_id DESC LIMIT 50",
        "status = 'FAILED' AND result_id < 60000000 ORDER BY result_id DESC LIMIT 50",
        "status = 'READY' ORDER BY result_id DESC LIMIT 50",
        "status = 'RUNNING' ORDER BY result_id DESC LIMIT 50",
        "status = 'CANCELLED' ORDER BY result_id DESC LIMIT 50",
        "queue_name = 'queue1' ORDER BY result_id DESC LIMIT 50",
        "queue_name = 'queue1' AND status = 'FAILED' ORDER BY result_id DESC LIMIT 50",
        "task_path = 'path.p7' ORDER BY result_id DESC LIMIT 50",
        "task_path = 'path.p7' AND status = 'SUCCESSFUL' ORDER BY result_id DESC LIMIT 50",
        "task_path = 'nobody' ORDER BY result_id DESC LIMIT 50",
      })
  void the_view_reads_little_more_than_it_shows(String condition) throws SQLException {
    assertThat(pages("SELECT * FROM task_runs WHERE " + condition)).isLessThan(FEW);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT * FROM reproq_get('{1000,50000000,100000000,110000000,130000000}')",
        "SELECT r.* FROM (VALUES (1000), (50000000)) o (id) JOIN reproq_get(ARRAY[1000, 50000000])"
            + " r ON r.result_id = o.id",
        "SELECT r.* FROM generate_series(1, 50) o (id) JOIN reproq_get(ARRAY(SELECT i *"
            + " 1000::bigint FROM generate_series(1, 50) i)) r ON r.result_id = o.id * 1000",
      })
  void tasks_by_id_are_found_by_index(String sql) throws SQLException {
    assertThat(pages(sql)).isLessThan(FEW);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "NULL, NULL, NULL, NULL",
        "now(), 60000000, NULL, NULL",
        "NULL, NULL, 'queue1', NULL",
        "NULL, NULL, NULL, 'path.p0'",
      })
  void the_newest_failures_are_found_by_index(String values) throws Exception {
    var each = values.split(", ", -1);
    var sql =
        statement(
            "triage.sql",
            "newest_failed",
            Map.of(
                "failed_at", each[0],
                "before_id", each[1],
                "queue_name", each[2],
                "task_path", each[3],
                "limit", "50"));
    assertThat(pages(sql)).isLessThan(FEW);
  }

  @Test
  void what_is_kept_of_each_status_is_found_by_index() throws Exception {
    assertThat(pages(statement("upkeep.sql", "floors", Map.of("keep", "100")))).isLessThan(FEW);
  }

  @Test
  void tasks_are_counted_without_reading_them() throws Exception {
    assertThat(pages(statement("read.sql", "counts", Map.of()))).isLessThan(10);
  }

  @Test
  void a_full_scan_would_be_noticed() throws SQLException {
    assertThat(pages("SELECT * FROM task_runs WHERE priority = 1")).isGreaterThan(2 * FEW);
  }

  @Test
  void a_claim_reads_the_head_of_its_queues_however_many_are_paused() throws Exception {
    session.run(
        "BEGIN; INSERT INTO reproq.worker_name (incarnation, worker_id) VALUES"
            + " ('00000000-0000-0000-0000-000000000001', 'c'); INSERT INTO reproq.worker"
            + " (incarnation, number, worker_id, hostname, concurrency, queues, handles, lease,"
            + " heartbeat, version, lock_key, started_at, last_seen_at, leased_until, beat) SELECT"
            + " incarnation, number, 'c', 'h', 1, '{}', '{}', 1, 1, '1', 1, now(), now(), now(), 0"
            + " FROM reproq.worker_name WHERE worker_id = 'c';"
            + " SELECT count(reproq_pause_queue('paused' || i)) FROM generate_series(1, 200) i;"
            + " SELECT reproq_pause_queue('queue1')");
    try {
      var claim =
          claimOf(
              "ARRAY(SELECT 'paused' || i FROM generate_series(1, 200) i)"
                  + " || '{queue0,queue1}'::text[]",
              "array_fill(10, '{202}')");
      assertThat(pages(claim)).isLessThan(FEW);
      assertThat(session.run("SELECT queue_name, count(*) FROM reproq.running GROUP BY 1"))
          .containsExactly("queue0|10");
    } finally {
      session.run("ROLLBACK");
    }
  }

  /// The engine's own claim, as a text with all its values.
  private static String claimOf(String queues, String quotas) throws IOException {
    return statement(
        "store.sql",
        "claim",
        Map.of(
            "now", "NULL",
            "incarnation", "'00000000-0000-0000-0000-000000000001'::uuid",
            "queues", "(" + queues + ")",
            "quotas", quotas,
            "handles", "'{path.p0,path.p3,path.p6,path.p9}'",
            "others", "true",
            "looks", "false",
            "claim_number", "1"));
  }

  /// One of the engine's own statements, as a text with all its values.
  private static String statement(String file, String name, Map<String, String> values)
      throws IOException {
    try (var in = PostgresStore.class.getResourceAsStream(file)) {
      var all = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
      var from = all.indexOf("-- name: " + name + "\n");
      var next = all.indexOf("-- name:", from + 1);
      return Pattern.compile("(?<![:a-z]):([a-z_]+)")
          .matcher(all.substring(from, next < 0 ? all.length() : next))
          .replaceAll(parameter ->
              Matcher.quoteReplacement(
                  Objects.requireNonNull(values.get(parameter.group(1)), parameter.group(1))));
    }
  }
}
