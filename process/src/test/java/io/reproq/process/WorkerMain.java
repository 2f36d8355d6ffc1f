package io.reproq.process;

import io.reproq.process.ExecutorConfig.Kind;
import java.nio.file.Path;
import java.time.Duration;
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
}
