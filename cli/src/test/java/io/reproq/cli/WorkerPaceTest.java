package io.reproq.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How often a worker looks for what nobody tells it, as a file says.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class WorkerPaceTest {
  /// Less than a beat's usual interval, and than a dozen usual looks for work take.
  private static final Duration SOON = Duration.ofSeconds(15);

  private static final String CLAIMS = "reproq_claim_duration_seconds_count{queue=\"default\"} ";

  @TempDir private Path folder;

  @Test
  void an_idle_worker_looks_as_often_as_the_largest_backoff_lets_it() throws Exception {
    try (var worker = start("worker: {poll_min_backoff: 20ms, poll_max_backoff: 40ms}")) {
      worker.awaitReady();

      await().atMost(SOON).until(() -> claims(worker) >= 50);
    }
  }

  @Test
  void an_idle_worker_waits_for_the_smallest_backoff_at_least() throws Exception {
    try (var worker = start("worker: {poll_min_backoff: 1h, poll_max_backoff: 1h}")) {
      worker.awaitReady();
      var before = claims(worker);

      // It would look four times in the meantime by itself.
      await().during(Duration.ofSeconds(2)).atMost(SOON).until(() -> claims(worker) <= before + 1);
    }
  }

  @Test
  void a_worker_that_beats_looks_as_often_as_a_beat_is_told_to() throws Exception {
    try (var worker = start("worker: {beat: true}\nbeat: {interval: 100ms}")) {
      worker.awaitReady();
      assertThat(
              worker
                  .shell()
                  .run("schedules", "set", "rare", "--cron", "0 0 1 1 *", "--task", "reproq.noop")
                  .code())
          .isZero();
      execute("UPDATE periodic_tasks SET next_run_at = '2026-01-01T00:00:00.000Z'");

      await()
          .atMost(SOON)
          .untilAsserted(
              () -> assertThat(worker.shell().run("get", "1").out()).contains("reproq.noop"));
    }
  }

  private RunningWorker start(String settings) throws IOException {
    var file = folder.resolve("reproq.yaml");
    Files.writeString(file, settings + "\n");
    var variables =
        Map.of("DATABASE_URL", "sqlite:" + database(), "REPROQ_CONFIG", file.toString());
    return RunningWorker.start(
        variables, "worker", "--metrics-addr", "127.0.0.1:" + RunningWorker.freePort());
  }

  private static double claims(RunningWorker worker) throws Exception {
    return worker
        .get("/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith(CLAIMS))
        .mapToDouble(line -> Double.parseDouble(line.substring(CLAIMS.length())))
        .findFirst()
        .orElse(0);
  }

  private void execute(String sql) throws Exception {
    try (var connection = DriverManager.getConnection("jdbc:sqlite:" + database());
        var statement = connection.createStatement()) {
      statement.execute("PRAGMA busy_timeout = 5000");
      assertThat(statement.executeUpdate(sql)).isPositive();
    }
  }

  private Path database() {
    return folder.resolve("tasks.db");
  }
}
