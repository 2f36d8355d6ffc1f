package io.reproq.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.reproq.json.Json;
import io.reproq.process.ExecutorConfig.Command;
import io.reproq.process.ExecutorConfig.Kind;
import io.reproq.process.ExecutorConfig.Reuse;
import io.reproq.process.ExecutorMetrics.Count;
import io.reproq.task.TaskStatus;
import io.reproq.worker.TaskExecutor.Lease;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What an executor is made of dies, grows or gets old, and is replaced.
@Tag("python")
@DisplayNameGeneration(ReplaceUnderscores.class)
final class MendingTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "MOCK")
  void a_warden_that_somebody_kills_is_replaced(Kind kind) throws Exception {
    var told = folder.resolve("pids");
    try (var stage = Stage.open(Python.config(kind, folder))) {
      var id = stage.enqueue(Stage.task("probe.children_and_wait", "[\"" + told + "\", 2]"));
      var pids = Processes.told(told);
      var before = own("reproq-warden").toList();

      before.forEach(warden -> {
        warden.descendants().forEach(ProcessHandle::destroyForcibly);
        warden.destroyForcibly();
      });

      await()
          .atMost(LIMIT)
          .until(() -> own("reproq-warden").filter(one -> !before.contains(one)).count() == 1);
      assertThat(pids).allMatch(Processes::isAlive);
      stage.reproq.cancel(id);
      Processes.awaitEnd(pids, Duration.ofSeconds(3));
      assertThat(stage.over(id).standing().status()).isEqualTo(TaskStatus.CANCELLED);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"FORK", "POOL"})
  void a_fork_server_that_somebody_kills_is_replaced(Kind kind) {
    var told = folder.resolve("pids");
    try (var stage = Stage.open(Python.config(kind, folder))) {
      stage.run(Stage.task("probe.nothing", "[]"));
      var id = stage.enqueue(Stage.task("probe.children_and_wait", "[\"" + told + "\", 2]"));
      var pids = Processes.told(told);

      own("reproq.forkserver").forEach(ProcessHandle::destroyForcibly);

      Processes.awaitEnd(pids, Duration.ofSeconds(3));
      assertThat(Stage.message(stage.over(id))).contains("signal: killed");
      assertThat(stage.run(Stage.task("probe.add", "[1, 2]")).result().value())
          .isEqualTo(new Json("3"));
      assertThat(stage.executor.metrics().count(Count.SERVER_RESTARTED)).isOne();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"FORK", "POOL"})
  void a_file_that_changes_is_loaded_anew(Kind kind) throws IOException {
    var module = folder.resolve("fresh.py");
    Files.writeString(module, "def answer():\n    return 1\n");
    var config = Python.config(kind, folder, List.of("fresh"));
    var command = config.command();
    var reloading =
        config.withCommand(
            new Command(command.python(), command.module(), command.preload(), true));
    try (var stage = Stage.open(reloading)) {
      assertThat(answer(stage)).isEqualTo("1");

      Files.writeString(module, "def answer():\n    return 2 + 20\n");

      await().atMost(LIMIT).until(() -> answer(stage).equals("22"));
      await().atMost(LIMIT).until(() -> own("reproq.forkserver").count() == 1);
    }
  }

  @Test
  void a_child_that_holds_too_much_memory_is_replaced() {
    var config = Python.config(Kind.POOL, folder).withReuse(new Reuse(1000, 100, 1024));
    try (var stage = Stage.open(config)) {
      var lean = stage.run(Stage.task("probe.hoard", "[1]")).result().value();
      for (var i = 0; i < 20; i++) {
        stage.run(Stage.task("probe.nothing", "[]"));
      }
      assertThat(stage.run(Stage.task("probe.pid", "[]")).result().value()).isEqualTo(lean);

      stage.run(Stage.task("probe.hoard", "[150]"));

      assertThat(stage.run(Stage.task("probe.pid", "[]")).result().value()).isNotEqualTo(lean);
    }
  }

  @Test
  void a_child_that_has_taken_its_tasks_is_replaced() {
    var config = Python.config(Kind.POOL, folder).withReuse(new Reuse(2, 256, 1024));
    try (var stage = Stage.open(config)) {
      var pids =
          Stream.generate(() -> Stage.value(stage.run(Stage.task("probe.pid", "[]"))).text())
              .limit(4)
              .toList();

      assertThat(pids.get(0)).isEqualTo(pids.get(1)).isNotEqualTo(pids.get(2));
      assertThat(pids.get(2)).isEqualTo(pids.get(3));
    }
  }

  @Test
  void a_fork_server_that_has_grown_is_replaced() throws Exception {
    var lease = new Lease(Duration.ofSeconds(15), () -> true);
    var replaced = new AtomicInteger();
    try (var site = Site.open(lease, new ExecutorMetrics());
        var servers =
            new ForkServers(site, Python.config(Kind.POOL, folder), replaced::incrementAndGet)) {
      servers.start();
      var first = Objects.requireNonNull(servers.current());

      servers.grew(first, 2 << 20);

      await().atMost(LIMIT).until(() -> replaced.get() == 1);
      Processes.awaitEnd(List.of(first.pid()), LIMIT);
      var child = servers.fork();
      child.awaitReady(LIMIT);
      assertThat(child.server()).isSameAs(servers.current()).isNotSameAs(first);
    }
  }

  @Test
  void a_module_that_cannot_be_imported_ends_the_start() {
    assertThatThrownBy(
            () -> Stage.open(Python.config(Kind.FORK, folder, List.of("no_such_module"))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("fork server: ModuleNotFoundError: No module named 'no_such_module'");
    assertThat(Processes.marked(folder.toString())).isEmpty();
  }

  private static String answer(Stage stage) {
    return Stage.value(stage.run(Stage.task("fresh.answer", "[]"))).text();
  }

  /// Children of this process whose command has `word`.
  private static Stream<ProcessHandle> own(String word) {
    return ProcessHandle.current()
        .children()
        .filter(child -> child.info().commandLine().orElse("").contains(word));
  }
}
