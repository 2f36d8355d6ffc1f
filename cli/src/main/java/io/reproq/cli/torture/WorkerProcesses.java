package io.reproq.cli.torture;

import io.reproq.cli.option.CommandFailure;
import io.reproq.clock.TimeSource;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Workers that are children of this process. Used by one thread. None outlives this process, but
/// where that is killed by SIGKILL.
final class WorkerProcesses implements AutoCloseable {
  private static final Duration GRACE = Duration.ofSeconds(10);

  private final TimeSource time;
  private final List<String> line;
  private final String dsn;
  private final List<Process> processes = new CopyOnWriteArrayList<>();
  private int kills;

  /// @param dsn goes to the children by their environment, where other users do not see it
  WorkerProcesses(TimeSource time, String dsn, String queue) {
    this.time = time;
    this.dsn = dsn;
    this.line =
        List.of(
            ProcessHandle.current().info().command().orElse("java"),
            "--enable-native-access=ALL-UNNAMED",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            classes(),
            "io.reproq.cli.Main",
            "worker",
            "--shutdown-timeout",
            "5s",
            "--queues",
            queue);
  }

  /// Where this process has its classes from, be it started from modules or not.
  private static String classes() {
    return Stream.of("jdk.module.path", "java.class.path")
        .map(name -> System.getProperty(name, ""))
        .filter(path -> !path.isEmpty())
        .collect(Collectors.joining(File.pathSeparator));
  }

  void start(int count) {
    if (count > 0) {
      Runtime.getRuntime().addShutdownHook(new Thread(this::killAll, "torture-end"));
    }
    for (var i = 0; i < count; i++) {
      start();
    }
  }

  private void start() {
    var builder = new ProcessBuilder(line).redirectOutput(Redirect.DISCARD);
    builder.redirectError(Redirect.INHERIT).environment().put("DATABASE_URL", dsn);
    try {
      processes.add(builder.start());
    } catch (IOException e) {
      throw new CommandFailure("cannot start a worker: " + CommandFailure.reason(e));
    }
  }

  /// Kills the oldest with SIGKILL, and starts another.
  void replaceOldest() {
    if (!processes.isEmpty()) {
      processes.removeFirst().destroyForcibly();
      kills++;
      start();
    }
  }

  int kills() {
    return kills;
  }

  /// How those ended that nobody told to.
  List<String> deaths() {
    return processes.stream()
        .filter(process -> !process.isAlive())
        .map(process -> "a worker ended by itself, with exit code " + process.exitValue())
        .toList();
  }

  /// Asks all to end, gives them 10 s together, and kills those that are left.
  void stop() {
    processes.forEach(Process::destroy);
    var end = time.nanoTime() + GRACE.toNanos();
    try {
      for (var process : processes) {
        process.waitFor(Math.max(0, end - time.nanoTime()), TimeUnit.NANOSECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    killAll();
    processes.clear();
  }

  @Override
  public void close() {
    stop();
  }

  private void killAll() {
    processes.forEach(Process::destroyForcibly);
  }
}
