package io.reproq.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a worker answers over HTTP.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class WorkerHttpTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final String TOKEN = "0123456789abcdef0123456789abcdef";

  @TempDir private Path folder;

  @Test
  void its_health_its_metrics_and_what_becomes_of_its_tasks() throws Exception {
    try (var worker =
        start(Map.of(), "worker", "--metrics-addr", "127.0.0.1:" + RunningWorker.freePort())) {
      worker.awaitReady();
      assertThat(worker.get("/healthz").body()).isEqualTo("ok");

      assertThat(worker.shell().run("enqueue", "reproq.noop", "--json").code()).isZero();

      await()
          .atMost(SOON)
          .untilAsserted(() ->
              assertThat(worker.get("/metrics").body())
                  .contains(
                      "reproq_tasks_processed_total{queue=\"default\",status=\"success\"} 1.0",
                      "reproq_workers 1.0",
                      "jvm_memory_used_bytes"));
      assertThat(worker.events(2))
          .satisfiesExactly(
              first -> assertThat(first).contains("\"task_started\"", "\"role\":\"worker\""),
              second -> assertThat(second).contains("\"task_success\"", "\"task_id\":1"));
    }
  }

  @Test
  void nothing_without_the_token_but_health_where_that_is_public() throws Exception {
    var address = "127.0.0.1:" + RunningWorker.freePort();
    try (var worker =
        start(
            Map.of("METRICS_ADDR", address, "METRICS_AUTH_TOKEN", TOKEN),
            "worker",
            "--health-public")) {
      worker.awaitReady();

      assertThat(worker.get("/metrics").statusCode()).isEqualTo(401);
      assertThat(worker.get("/metrics", "Bearer " + TOKEN).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void a_worker_that_everybody_could_read_runs_on_without() throws Exception {
    var port = RunningWorker.freePort();
    try (var worker = start(Map.of(), "worker", "--metrics-port", Integer.toString(port))) {
      assertThat(worker.shell().run("enqueue", "reproq.noop").code()).isZero();

      await()
          .atMost(SOON)
          .untilAsserted(
              () -> assertThat(worker.shell().run("get", "1").out()).contains("SUCCESSFUL"));
      try (var free = new ServerSocket(port)) {
        assertThat(free.isBound()).isTrue();
      }
    }
  }

  @Test
  void a_server_is_a_worker_that_beats_and_answers_by_itself() throws Exception {
    try (var server =
        start(Map.of(), "server", "--metrics-addr", "127.0.0.1:" + RunningWorker.freePort())) {
      server.awaitReady();
      var set =
          server
              .shell()
              .run("schedules", "set", "often", "--cron", "0 0 1 1 *", "--task", "reproq.noop");
      assertThat(set.err()).isEmpty();
      assertThat(server.shell().run("schedules", "run-now", "often").code()).isZero();

      await()
          .atMost(SOON)
          .untilAsserted(
              () -> assertThat(server.shell().run("get", "1").out()).contains("SUCCESSFUL"));
    }
  }

  private RunningWorker start(Map<String, String> variables, String... args) {
    var all = new HashMap<>(variables);
    all.put("DATABASE_URL", "sqlite:" + folder.resolve("tasks.db"));
    return RunningWorker.start(all, args);
  }
}
