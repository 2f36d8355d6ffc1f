package io.reproq.jdbc.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.store.Finding;
import io.reproq.store.Finding.Severity;
import io.reproq.store.StoreProvider.Settings;
import io.reproq.store.TaskStore;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// A database that is well, and what an examination says when it is not.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class ExaminationTest {
  private TestDatabase database;
  private TaskStore store;

  @BeforeEach
  void begin() {
    database = TestServer.fresh();
    store = database.open(Settings.defaults());
  }

  @AfterEach
  void end() {
    store.close();
  }

  @Test
  void says_what_is_well_and_puts_the_worst_first() {
    // The tests' server does not wait for the disk.
    assertThat(store.examine())
        .isSortedAccordingTo((a, b) -> a.severity().compareTo(b.severity()))
        .first()
        .satisfies(worst -> {
          assertThat(worst.severity()).isEqualTo(Severity.BAD);
          assertThat(worst.seen()).contains("fsync = off");
          assertThat(worst.advice()).contains("switch it on");
        });
    assertThat(found("indexes")).isEqualTo(well("indexes", "all there"));
    assertThat(found("pooler").severity()).isEqualTo(Severity.WELL);
    assertThat(found("clocks").severity()).isEqualTo(Severity.WELL);
    assertThat(found("default partition")).isEqualTo(well("default partition", "empty"));
  }

  @Test
  void names_an_index_that_is_gone() {
    database.sql("DROP INDEX reproq.ready_rank");

    assertThat(found("indexes").severity()).isEqualTo(Severity.BAD);
    assertThat(found("indexes").seen()).contains("ready_rank");
  }

  @Test
  void tells_of_ready_tasks_without_a_worker() {
    Actors.enqueue(store, 1);
    assertThat(found("workers").severity()).isEqualTo(Severity.BAD);

    Actors.join(store);
    assertThat(found("workers").severity()).isEqualTo(Severity.WELL);
  }

  @Test
  void tells_of_partitions_that_end_soon() {
    database.sql("SELECT setval('reproq.task_id', 19999000)");

    assertThat(found("partitions"))
        .isEqualTo(
            new Finding(
                Severity.WARNING,
                "partitions",
                "room for 1000 more ids",
                "start a worker, which makes more, or call reproq.add_partitions()"));
  }

  @Test
  void tells_of_tasks_outside_all_partitions() {
    database.sql("SELECT setval('reproq.task_id', 900000000)");
    Actors.enqueue(store, 1);

    assertThat(found("default partition").severity()).isEqualTo(Severity.WARNING);
    assertThat(found("partitions").severity()).isEqualTo(Severity.BAD);
  }

  @Test
  void tells_of_due_tasks_that_nobody_promotes() {
    Actors.enqueue(store, 1);
    database.sql(
        "INSERT INTO reproq.deferred (result_id, rank, run_after, version, attempts, queue_name,"
            + " task_path) SELECT result_id, rank, now() - interval '5 minutes', version, attempts,"
            + " queue_name, task_path FROM reproq.ready");

    assertThat(found("due tasks").severity()).isEqualTo(Severity.BAD);
    assertThat(found("due tasks").seen()).startsWith("late by 30");
  }

  @Test
  void names_what_keeps_dead_rows_from_being_cleaned() throws SQLException {
    try (var other = database.connect();
        var statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
      statement.execute("SELECT count(*) FROM reproq.ready");

      assertThat(found("oldest transaction").seen()).contains("idle in transaction");
    }
  }

  private Finding found(String subject) {
    return store.examine().stream()
        .filter(finding -> finding.subject().equals(subject))
        .findFirst()
        .orElseThrow();
  }

  private static Finding well(String subject, String seen) {
    return new Finding(Severity.WELL, subject, seen, "");
  }
}
