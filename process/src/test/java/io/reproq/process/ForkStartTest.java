package io.reproq.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reproq.json.Json;
import io.reproq.process.ExecutorConfig.Command;
import io.reproq.process.ExecutorConfig.Kind;
import io.reproq.process.ExecutorMetrics.Count;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Fork servers that do not begin.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class ForkStartTest {
  /// Says what a platform without fork says.
  private static final String WITHOUT_FORK =
      """
      if [ "$2" = reproq.forkserver ]; then
        exec 'PYTHON' -c 'import socket, sys
      worker = socket.socket(socket.AF_UNIX)
      worker.connect(sys.argv[1])
      worker.sendall(b"{\\"server\\": \\"no-fork\\", \\"message\\": \\"no fork here\\"}\\n")' "$4"
      fi
      exec 'PYTHON' "$@"
      """;

  @TempDir private Path folder;

  @Test
  void a_server_that_ends_at_once_ends_the_start_with_its_last_words() throws IOException {
    var script = Scripts.write(folder, "echo trace; echo 'No module named reproq' >&2; exit 1");

    assertThatThrownBy(() -> Stage.open(command(script)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("fork server: exit status 1; No module named reproq");
    assertThat(Processes.marked(folder.toString())).isEmpty();
  }

  @Test
  @Tag("python")
  void where_there_is_no_fork_each_task_gets_a_process_of_its_own() throws IOException {
    var config = Python.config(Kind.POOL, folder);
    var script = Scripts.write(folder, WITHOUT_FORK.replace("PYTHON", config.command().python()));
    var command = new Command(script.toString(), "reproq.executor", List.of(), false);
    try (var stage = Stage.open(config.withCommand(command))) {
      var run = stage.run(Stage.task("probe.add", "[1, 2]"));

      assertThat(run.result().value()).isEqualTo(new Json("3"));
      assertThat(stage.executor.metrics().count(Count.FALLBACK)).isOne();
      assertThat(stage.executor.metrics().count(Count.SPAWNED)).isOne();
    }
  }

  private static ExecutorConfig command(Path program) {
    return ExecutorConfig.defaults(Kind.FORK, "worker-1")
        .withCommand(new Command(program.toString(), "mod", List.of(), false));
  }
}
