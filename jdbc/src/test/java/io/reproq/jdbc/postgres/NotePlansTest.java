package io.reproq.jdbc.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// How many pages PostgreSQL touches to write and read notes, beside 20 000 running tasks and their
/// 200 000 pieces of output.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class NotePlansTest {
  private static final TestDatabase DATABASE = TestServer.fresh();
  private static final Pattern PAGES = Pattern.compile("shared hit=(\\d+)(?: read=(\\d+))?");
  private static final int FEW = 60;

  private static PlainSession session;

  @BeforeAll
  static void fill() throws SQLException {
    session = PlainSession.of(DATABASE);
    session.run(
        """
        INSERT INTO reproq.running (result_id, claim_number, last_attempted_at, worker, version,
          attempts, queue_name, task_path)
        SELECT i, 7, now(), 1, 2, 1, 'default', 'p' FROM generate_series(1, 20000) i;
        INSERT INTO reproq.attachment (result_id, metadata_json)
        SELECT i, '{"a": 1}' FROM generate_series(1, 20000) i;
        INSERT INTO reproq.output (result_id, version, start, attempt, at, piece)
        SELECT i % 20000 + 1, 2, i, 1, now(), repeat('x', 100) FROM generate_series(1, 200000) i;
        ANALYZE
        """);
  }

  @AfterAll
  static void close() throws SQLException {
    session.close();
  }

  @Test
  void notes_find_their_tasks_by_index() throws SQLException {
    var plan =
        plan(
            "take_notes",
            "'{5, 700, 19000}'",
            "'{1, 1, 1}'",
            "'{7, 7, 8}'",
            "ARRAY['{}', NULL, '{}']",
            "ARRAY[NULL, 'a.log', NULL]",
            "NULL",
            "'{1, 2, 3}'",
            "'{9000000, 9000000, 9000000}'",
            "'{x, y, z}'");

    assertThat(plan).contains("running_pkey");
    assertThat(plan).doesNotContain("Seq Scan on running");
    assertThat(pages(plan)).isLessThan(FEW);
  }

  @Test
  void output_is_read_on_by_index() throws SQLException {
    var plan = plan("pieces", "5", "2", "100004", "NULL", "NULL", "20");

    assertThat(plan).contains("output_pkey").doesNotContain("Seq Scan");
    assertThat(pages(plan)).isLessThan(FEW);
  }

  @Test
  void metadata_is_read_by_index() throws SQLException {
    var plan = plan("metadata", "19999");

    assertThat(plan).contains("attachment_pkey");
    assertThat(pages(plan)).isLessThan(FEW);
  }

  /// The plan of a statement, its parameters in the order in which they stand.
  private static String plan(String name, String... parameters) throws SQLException {
    var sql = TakeNotes.SQL.get(name).sql();
    for (var parameter : parameters) {
      sql = sql.replaceFirst("\\?", Matcher.quoteReplacement(parameter));
    }
    session.run("BEGIN");
    try {
      return String.join("\n", session.run("EXPLAIN (ANALYZE, BUFFERS) " + sql));
    } finally {
      session.run("ROLLBACK");
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
