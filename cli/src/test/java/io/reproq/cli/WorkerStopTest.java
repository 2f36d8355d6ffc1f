package io.reproq.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reproq.EnqueueOptions;
import io.reproq.Reproq;
import io.reproq.TaskHandle;
import io.reproq.TaskType;
import io.reproq.store.TaskRun;
import io.reproq.task.TaskStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Workers that are told to stop by the system.
@Tag("long")
@DisplayNameGeneration(ReplaceUnderscores.class)
final class WorkerStopTest {
  private static final TaskType<Sleep, Long> SLEEP =
      TaskType.of("reproq.sleep", Sleep.class, Long.class);

  @TempDir private Path folder;

  record Sleep(long millis) {}

  @Test
  void running_tasks_finish() throws Exception {
    try (var reproq = Reproq.open(dsn());
        var worker = start(Map.of("REPROQ_MEMORY_LOG_INTERVAL", "200ms"), "--concurrency", "20")) {
      var tasks = enqueue(reproq, 20, 3000);
      awaitRunning(reproq, tasks);

      worker.tell();

      assertThat(worker.exitCode(20)).isZero();
      assertThat(tasks)
          .allSatisfy(task -> {
            assertThat(run(reproq, task).standing().status()).isEqualTo(TaskStatus.SUCCESSFUL);
            assertThat(run(reproq, task).standing().attempts()).isOne();
          });
      assertThat(worker.lines())
          .allMatch(line -> line.get("worker_id").asString().equals("w"))
          .anyMatch(line ->
              line.get("msg").asString().equals("memory")
                  && line.get("heap_used_mb").asInt() > 0
                  && line.get("threads").asInt() > 0);
    }
  }

  @Test
  void a_task_that_does_not_finish_in_time_is_run_to_its_end_by_another() throws Exception {
    try (var reproq = Reproq.open(dsn())) {
      var tasks = enqueue(reproq, 1, 6000);
      try (var first = start(Map.of(), "--shutdown-timeout", "1s")) {
        awaitRunning(reproq, tasks);
        first.tell();

        assertThat(first.exitCode(10)).isZero();
        assertThat(first.lines())
            .filteredOn(line -> line.get("msg").asString().equals("given back"))
            .singleElement()
            .satisfies(line -> {
              assertThat(line.get("task_id").asLong()).isEqualTo(tasks.getFirst().resultId());
              assertThat(line.get("attempt").asInt()).isOne();
              assertThat(line.get("queue").asString()).isEqualTo("default");
              assertThat(line.get("task_path").asString()).isEqualTo("reproq.sleep");
            });
      }
      assertThat(run(reproq, tasks.getFirst()).standing().status()).isEqualTo(TaskStatus.READY);
      try (var _ = start(Map.of())) {
        assertThat(tasks.getFirst().await(Duration.ofSeconds(20))).isEqualTo(6000);
      }
      assertThat(run(reproq, tasks.getFirst()).standing().attempts()).isOne();
    }
  }

  @Test
  void told_again_it_stops_at_once() throws Exception {
    try (var reproq = Reproq.open(dsn());
        var worker = start(Map.of())) {
      var tasks = enqueue(reproq, 1, 60_000);
      awaitRunning(reproq, tasks);

      worker.tell();
      worker.awaitLine(" stops: ");
      worker.tell();

      assertThat(worker.exitCode(10)).isZero();
      assertThat(run(reproq, tasks.getFirst()).standing().status()).isEqualTo(TaskStatus.READY);
    }
  }

  private WorkerProcess start(Map<String, String> variables, String... more) throws Exception {
    var words = new ArrayList<>(List.of("--dsn", dsn(), "--worker-id", "w"));
    words.addAll(List.of(more));
    return WorkerProcess.start(variables, words.toArray(String[]::new));
  }

  private String dsn() {
    return "sqlite:" + folder.resolve("tasks.db");
  }

  private static List<TaskHandle<Long>> enqueue(Reproq reproq, int count, long millis) {
    return reproq.enqueueAll(
        SLEEP, Collections.nCopies(count, new Sleep(millis)), EnqueueOptions.DEFAULT);
  }

  private static void awaitRunning(Reproq reproq, List<TaskHandle<Long>> tasks) {
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() ->
            tasks.stream()
                .allMatch(task -> run(reproq, task).standing().status() == TaskStatus.RUNNING));
  }

  private static TaskRun run(Reproq reproq, TaskHandle<Long> task) {
    return reproq.find(task.resultId()).orElseThrow();
  }
}
