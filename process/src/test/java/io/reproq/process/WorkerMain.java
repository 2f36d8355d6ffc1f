package io.reproq.process;

import io.reproq.process.ExecutorConfig.Kind;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/// A worker in a process of its own, to be killed by a test: it runs one task.
final class WorkerMain {
  private WorkerMain() {}

  /// Runs until it is ended.
  ///
  /// @param args kind, folder, seconds of the lease, task path, its arguments as JSON
  public static void main(String[] args) throws InterruptedException {
    var config = Python.config(Kind.of(args[0]), Path.of(args[1]));
    var stage = Stage.open(config, Duration.ofSeconds(Long.parseLong(args[2])));
    stage.enqueue(Stage.task(args[3], args[4]));
    new CountDownLatch(1).await();
  }

  /// Such a process, to be started. What it says goes to a file in `folder`, as do files that it
  /// makes for a while.
  ///
  /// @param args those of [#main]
  static ProcessBuilder process(Path folder, String... args) throws IOException {
    var temporary = Files.createDirectories(folder.resolve("tmp"));
    var paths =
        System.getProperty("java.class.path")
            + File.pathSeparator
            + Optional.ofNullable(System.getProperty("jdk.module.path")).orElse("");
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-Djava.io.tmpdir=" + temporary,
                "-cp",
                paths,
                WorkerMain.class.getName()));
    command.addAll(List.of(args));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("worker.log").toFile());
  }
}
