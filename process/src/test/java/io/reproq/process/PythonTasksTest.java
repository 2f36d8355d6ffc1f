package io.reproq.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.json.Json;
import io.reproq.process.ExecutorConfig.Kind;
import io.reproq.task.FailureKind;
import io.reproq.task.TaskStatus;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The same for all ways to run Python: what a task does, and what becomes of it.
@Tag("python")
@DisplayNameGeneration(ReplaceUnderscores.class)
final class PythonTasksTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "MOCK")
  void a_task_returns(Kind kind) {
    try (var stage = Stage.open(Python.config(kind, folder))) {
      for (var i = 0; i < 3; i++) {
        var run = stage.run(Stage.task("probe.add", "[" + i + ", 1]"));

        assertThat(run.standing().status()).isEqualTo(TaskStatus.SUCCESSFUL);
        assertThat(run.result().value()).isEqualTo(new Json(Integer.toString(i + 1)));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "MOCK")
  void a_task_raises(Kind kind) {
    try (var stage = Stage.open(Python.config(kind, folder))) {
      var failure =
          stage.run(Stage.task("probe.fail", "[\"no\"]")).result().errors().getLast().failure();

      assertThat(failure.kind()).isEqualTo(FailureKind.APP_ERROR);
      assertThat(failure.exceptionClass()).isEqualTo("ValueError");
      assertThat(failure.message()).isEqualTo("no");
      assertThat(failure.traceback()).contains("probe.py");
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "MOCK")
  void a_task_takes_its_process_down(Kind kind) {
    try (var stage = Stage.open(Python.config(kind, folder))) {
      var crashed = stage.run(Stage.task("probe.crash", "[]"));
      var vanished = stage.run(Stage.task("probe.vanish", "[3]"));
      var left = stage.run(Stage.task("probe.leave", "[3]"));

      assertThat(Stage.message(crashed))
          .startsWith("Invalid JSON on stdout: unexpected end of JSON input")
          .contains("signal: segmentation fault");
      assertThat(Stage.message(vanished)).contains("exit status 3");
      assertThat(left.result().errors().getLast().failure().exceptionClass())
          .isEqualTo("SystemExit");
      assertThat(stage.run(Stage.task("probe.nothing", "[]")).standing().status())
          .isEqualTo(TaskStatus.SUCCESSFUL);
    }
  }
}
