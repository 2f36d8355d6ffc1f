package io.reproq.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reproq.json.Json;
import io.reproq.process.ExecutorConfig.Kind;
import io.reproq.process.ExecutorMetrics.Count;
import io.reproq.task.FailureKind;
import io.reproq.task.TaskStatus;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Attempts that must stop, and what they leave behind.
@Tag("python")
@DisplayNameGeneration(ReplaceUnderscores.class)
final class StopTest {
  private static final Duration SOON = Duration.ofSeconds(2);

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "MOCK")
  void a_cancelled_task_is_gone_with_all_that_it_started(Kind kind) {
    var told = folder.resolve("pids");
    try (var stage = Stage.open(Python.config(kind, folder))) {
      var id = stage.enqueue(Stage.task("probe.children_and_wait", "[\"" + told + "\", 3]"));
      var pids = Processes.told(told);
      assertThat(pids).hasSize(4).allMatch(Processes::isAlive);

      stage.reproq.cancel(id);

      Processes.awaitEnd(pids, SOON);
      var run = stage.over(id);
      assertThat(run.standing().status()).isEqualTo(TaskStatus.CANCELLED);
      assertThat(Stage.kind(run)).isEqualTo(FailureKind.CANCELLED);
      assertThat(stage.executor.metrics().count(Count.TERMINATED)).isOne();
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "MOCK")
  void a_task_that_takes_no_signal_is_killed(Kind kind) {
    var told = folder.resolve("pid");
    try (var stage = Stage.open(Python.config(kind, folder))) {
      var id = stage.enqueue(Stage.task("probe.stubborn", "[\"" + told + "\"]"));
      var pids = Processes.told(told);

      stage.reproq.cancel(id);

      Processes.awaitEnd(pids, SOON);
      assertThat(stage.over(id).standing().status()).isEqualTo(TaskStatus.CANCELLED);
      await().atMost(SOON).until(() -> stage.executor.metrics().count(Count.KILLED) == 1);
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "MOCK")
  void a_task_that_takes_too_long_is_stopped(Kind kind) {
    try (var stage = Stage.open(Python.config(kind, folder))) {
      var run = stage.run(Stage.task("probe.loop", "[]").timeout(Duration.ofSeconds(1)));

      assertThat(Stage.kind(run)).isEqualTo(FailureKind.INFRA_ERROR);
      assertThat(Stage.message(run)).isEqualTo("timed out after 1s");
      assertThat(stage.run(Stage.task("probe.add", "[1, 2]")).result().value())
          .isEqualTo(new Json("3"));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"SPAWN", "FORK"})
  void processes_that_a_task_leaves_behind_end_with_it_and_hold_up_nobody(Kind kind) {
    var told = folder.resolve("pids");
    try (var stage = Stage.open(Python.config(kind, folder))) {
      var run = stage.run(Stage.task("probe.children", "[\"" + told + "\", 3, 600]"));

      assertThat(run.standing().status()).isEqualTo(TaskStatus.SUCCESSFUL);
      Processes.awaitEnd(Processes.told(told), SOON);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"SPAWN", "FORK"})
  void who_escapes_with_the_output_holds_up_nobody(Kind kind) throws Exception {
    try (var stage = Stage.open(Python.config(kind, folder))) {
      var run = stage.run(Stage.task("probe.escapee", "[600]"));

      assertThat(run.standing().status()).isEqualTo(TaskStatus.SUCCESSFUL);
      Processes.signal("KILL", Long.parseLong(Stage.value(run).text()));
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "MOCK")
  void a_worker_that_stops_gives_its_tasks_back(Kind kind) {
    var told = folder.resolve("pids");
    try (var stage = Stage.open(Python.config(kind, folder))) {
      var id = stage.enqueue(Stage.task("probe.children_and_wait", "[\"" + told + "\", 2]"));
      var pids = Processes.told(told);

      stage.reproq.stopNow();

      // KILL was sent to all of them; the kernel takes its time for the last step.
      Processes.awaitEnd(pids, Duration.ofMillis(500));
      assertThat(stage.get(id).standing().status()).isEqualTo(TaskStatus.READY);
    }
  }
}
