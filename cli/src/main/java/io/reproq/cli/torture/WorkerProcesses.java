package io.reproq.cli.torture;

import io.reproq.cli.option.CommandFailure;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Workers that are children of this process. Used by one thread.
final class WorkerProcesses implements AutoCloseable {
  private final List<String> line;
  private final String dsn;
  private final List<Process> processes = new ArrayList<>();

  /// @param dsn goes to the children by their environment, where other users do not see it
  WorkerProcesses(String dsn, String queue) {
    this.dsn = dsn;
    this.line =
        List.of(
            ProcessHandle.current().info().command().orElse("java"),
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            "io.reproq.cli.Main",
            "worker",
            "--queues",
            queue);
  }

  void start() {
    var builder = new ProcessBuilder(line).redirectOutput(Redirect.DISCARD);
    builder.redirectError(Redirect.INHERIT).environment().put("DATABASE_URL", dsn);
    try {
      processes.add(builder.start());
    } catch (IOException e) {
      throw new CommandFailure("cannot start a worker: " + CommandFailure.reason(e));
    }
  }

  /// Kills one with SIGKILL, and starts another.
  void replaceOne(Random random) {
    if (!processes.isEmpty()) {
      processes.remove(random.nextInt(processes.size())).destroyForcibly();
      start();
    }
  }

  @Override
  public void close() {
    processes.forEach(Process::destroy);
    processes.forEach(Process::onExit);
  }
}
