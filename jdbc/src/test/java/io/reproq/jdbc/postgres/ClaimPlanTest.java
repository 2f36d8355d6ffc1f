package io.reproq.jdbc.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.jdbc.Query;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// How the server runs a claim in a database that is full: by the index of ranks, and touching no
/// more pages than the tasks it takes are worth.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class ClaimPlanTest {
  private static final TestDatabase DATABASE = TestServer.fresh();
  private static final Query CLAIM = PostgresStore.SQL.get("claim");
  private static final Pattern PAGES = Pattern.compile("shared hit=(\\d+)(?: read=(\\d+))?");

  /// One that was run; the planner may keep others for what never comes.
  private static final String SEQUENTIAL =
      "Seq Scan on (ready|parked|deferred|task|running)[^\\n]*actual";

  /// A claim of 100 tasks reads and writes about 20 pages for each.
  private static final int MOST_PAGES = 3_000;

  private static UUID worker;

  @BeforeAll
  static void fill() {
    worker = UUID.randomUUID();
    DATABASE.sql(
        "INSERT INTO reproq.worker_name (incarnation, worker_id) VALUES ('" + worker + "', 'w')");
    DATABASE.sql(
        "INSERT INTO reproq.worker SELECT incarnation, number, 'w', 'host', 4, '{default}', '{}',"
            + " 1, 1, '1', 1, NULL, now(), now(), now(), 0, false FROM reproq.worker_name");
    place(
        "task",
        1,
        400_000,
        "enqueued_at, timeout_seconds, priority, max_attempts," + " concurrency_limit, spec_json",
        "now(), 900, 0, 3, 0, '{}'");
    place(
        "ready",
        1,
        100_000,
        "rank, version, attempts, queue_name, task_path",
        "n, 1, 0, 'default', 'sample.greet'");
    place(
        "ready",
        100_001,
        200_000,
        "rank, version, attempts, queue_name, task_path",
        "n - 1000000, 1, 0, 'paused', 'sample.greet'");
    place(
        "parked",
        200_001,
        300_000,
        "rank, version, attempts, queue_name, task_path, parked_key",
        "n - 1000000, 1, 0, 'default', 'other.path', 'path:other.path'");
    place(
        "deferred",
        1_000_001,
        2_000_000,
        "rank, run_after, version, attempts, queue_name, task_path",
        "n, now() + interval '1 day', 1, 0, 'default', 'sample.greet'");
    DATABASE.sql("SELECT reproq_pause_queue('paused', 'a test')");
  }

  @AfterAll
  static void drop() {
    DATABASE.sql("TRUNCATE reproq.deferred, reproq.ready, reproq.parked");
  }

  @BeforeEach
  void analyze() {
    DATABASE.sql("ANALYZE reproq.ready, reproq.parked, reproq.deferred");
  }

  @Test
  void a_claim_walks_the_index_of_ranks() throws SQLException {
    var plan = plan(List.of("default"), 100);

    assertThat(plan).contains("Index Scan using ready_rank on ready").contains("Tid Scan on ready");
    assertThat(plan).doesNotContainPattern(SEQUENTIAL);
    assertThat(pages(plan)).isLessThan(MOST_PAGES);
  }

  @Test
  void a_paused_queue_costs_no_page_of_its_own() throws SQLException {
    var plan = plan(List.of("paused", "default"), 100);

    assertThat(plan).contains("Index Scan using ready_rank on ready");
    assertThat(plan).doesNotContainPattern(SEQUENTIAL);
    assertThat(pages(plan)).isLessThan(MOST_PAGES);
  }

  @Test
  void where_nothing_is_limited_no_token_is_asked_for() throws SQLException {
    var plan = plan(List.of("default"), 100);

    assertThat(plan).containsPattern("take_tokens[^\\n]*\\(never executed\\)");
  }

  @Test
  void a_limit_that_lets_nothing_pass_costs_no_walk_through_what_waits() throws SQLException {
    DATABASE.sql("INSERT INTO rate_limits VALUES ('queue:default', 1, 1, 0, '2026-01-01Z')");
    try {
      var plan = plan(List.of("default"), 100);

      assertThat(plan).contains("Index Scan using ready_rank on ready");
      assertThat(plan).doesNotContainPattern(SEQUENTIAL);
      assertThat(pages(plan)).isLessThan(MOST_PAGES);
    } finally {
      DATABASE.sql("DELETE FROM rate_limits WHERE key = 'queue:default'");
    }
  }

  @Test
  void tables_that_were_never_analysed_change_nothing() throws SQLException {
    DATABASE.sql(
        "UPDATE pg_class SET reltuples = -1, relpages = 0 WHERE relnamespace ="
            + " 'reproq'::regnamespace AND relname IN ('ready', 'parked', 'task_000000000000')");

    var plan = plan(List.of("default"), 100);

    assertThat(plan).contains("Index Scan using ready_rank on ready");
    assertThat(pages(plan)).isLessThan(MOST_PAGES);
  }

  private static void place(String table, int from, int to, String columns, String values) {
    DATABASE.sql(
        "INSERT INTO reproq.%s (result_id, %s) SELECT n, %s FROM generate_series(%d, %d) n"
            .formatted(table, columns, values, from, to));
  }

  private static String plan(List<String> queues, int quota) throws SQLException {
    try (var connection = DATABASE.connect();
        var statement = connection.prepareStatement("EXPLAIN (ANALYZE, BUFFERS) " + CLAIM.sql())) {
      connection.setAutoCommit(false);
      var quotas = queues.stream().map(queue -> quota).toArray();
      set(statement, "now", OffsetDateTime.parse("2026-01-01T00:00:00Z"));
      set(statement, "incarnation", worker);
      set(statement, "claim_number", 1L);
      set(statement, "queues", array(connection, "text", queues.toArray()));
      set(statement, "quotas", array(connection, "integer", quotas));
      set(statement, "handles", array(connection, "text", "sample.greet"));
      set(statement, "others", false);
      set(statement, "looks", true);
      var lines = new ArrayList<String>();
      try (var results = statement.executeQuery()) {
        while (results.next()) {
          lines.add(results.getString(1));
        }
      }
      connection.rollback();
      return String.join("\n", lines);
    }
  }

  private static Array array(Connection connection, String type, Object... elements)
      throws SQLException {
    return connection.createArrayOf(type, elements);
  }

  private static void set(PreparedStatement statement, String name, Object value)
      throws SQLException {
    for (int position : CLAIM.positions(name)) {
      statement.setObject(position, value);
    }
  }

  /// What the whole statement touched: the first line about buffers is the topmost node's.
  private static int pages(String plan) {
    var found = PAGES.matcher(plan);
    assertThat(found.find()).as(plan).isTrue();
    var read = found.group(2);
    return Integer.parseInt(found.group(1)) + (read == null ? 0 : Integer.parseInt(read));
  }
}
