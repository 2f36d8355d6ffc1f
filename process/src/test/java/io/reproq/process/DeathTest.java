package io.reproq.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reproq.process.ExecutorConfig.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Workers that die, or are stopped: they leave no process and no file.
@Tag("python")
@Tag("long")
@DisplayNameGeneration(ReplaceUnderscores.class)
final class DeathTest {
  private static final Duration AFTER_DEATH = Duration.ofSeconds(5);
  private static final Duration LEASE = Duration.ofSeconds(6);

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({"SPAWN, 0", "SPAWN, 3", "FORK, 0", "FORK, 3", "POOL, 0", "POOL, 3"})
  void a_killed_worker_leaves_nothing(Kind kind, int grandchildren) throws Exception {
    var told = folder.resolve("pids");
    var worker = worker(kind, told, grandchildren);
    try {
      var pids = Processes.told(told);
      assertThat(pids).hasSize(1 + grandchildren).allMatch(Processes::isAlive);

      worker.destroyForcibly();

      Processes.awaitEnd(pids, AFTER_DEATH);
      await().atMost(AFTER_DEATH).until(() -> Processes.marked(folder.toString()).isEmpty());
      await().atMost(AFTER_DEATH).until(() -> isEmpty(folder.resolve("tmp")));
    } finally {
      worker.destroyForcibly();
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "MOCK")
  void the_children_of_a_stopped_worker_end_before_its_lease(Kind kind) throws Exception {
    var told = folder.resolve("pids");
    var worker = worker(kind, told, 2);
    try {
      var pids = Processes.told(told);

      Processes.signal("STOP", worker.pid());

      Processes.awaitEnd(pids, LEASE);
    } finally {
      worker.destroyForcibly();
    }
  }

  private Process worker(Kind kind, Path told, int grandchildren) throws IOException {
    return WorkerMain.process(
            folder,
            kind.name().toLowerCase(Locale.ROOT),
            folder.toString(),
            Long.toString(LEASE.toSeconds()),
            "probe.children_and_wait",
            "[\"" + told + "\", " + grandchildren + "]")
        .start();
  }

  private static boolean isEmpty(Path where) throws IOException {
    try (var entries = Files.list(where)) {
      return entries.noneMatch(entry -> entry.getFileName().toString().startsWith("reproq-"));
    }
  }
}
