package io.reproq.cli.option;

import io.reproq.process.AllowList;
import io.reproq.process.ExecutorConfig;
import io.reproq.process.ExecutorConfig.Command;
import io.reproq.process.ExecutorConfig.Kind;
import io.reproq.process.ExecutorConfig.Limits;
import io.reproq.process.ExecutorConfig.Payload;
import io.reproq.process.ExecutorConfig.Reuse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// How a worker runs tasks that are not Java's. It does when it is told which, or how: by
/// `--executor`, `--executor-module` or `--allowed-task-modules`, or by what stands for them.
public final class ExecutorOptions {
  private static final int MEBIBYTE = 1 << 20;

  @Option(
      names = "--executor",
      paramLabel = "KIND",
      description =
          "What runs tasks that have no handler in Java: spawn (a process each), fork (a process"
              + " each, forked from one that has imported everything), pool (processes that take"
              + " one task after another) or mock (nothing: each succeeds). Default: spawn, when"
              + " --executor-module or --allowed-task-modules is there; else none runs here.")
  private @Nullable String kind;

  @Option(
      names = "--executor-module",
      paramLabel = "MODULE",
      description =
          "What a process runs: python -m MODULE. reproq.executor for code that is not Django."
              + " Default: reproq_django.executor.")
  private @Nullable String module;

  @Option(
      names = "--allowed-task-modules",
      paramLabel = "A,B",
      description =
          "Which task paths may run so: modules, and all that is in them; * for everything."
              + " Default: ALLOWED_TASK_MODULES, else myapp.tasks.,tasks.")
  private @Nullable String allowed;

  @Option(
      names = "--python-bin",
      paramLabel = "PROGRAM",
      description = "Default: ${DEFAULT-VALUE}, as the PATH has it.")
  private String python = "python3";

  @Option(
      names = "--payload-mode",
      paramLabel = "MODE",
      description =
          "How a spawned process gets its task: stdin, file, or inline as an argument. Default:"
              + " ${DEFAULT-VALUE}.")
  private String payloadMode = "stdin";

  @Option(
      names = "--allow-inline-payload",
      description = "Allow inline, which shows payloads to every user of the machine.")
  private boolean allowInline;

  @Option(
      names = "--max-payload-bytes",
      paramLabel = "N",
      description = "A task described by more fails. Default: 1048576.")
  private int maxPayloadBytes = MEBIBYTE;

  @Option(
      names = "--max-stdout-bytes",
      paramLabel = "N",
      description = "What is kept of standard output, the envelope included. Default: 1048576.")
  private int maxStdoutBytes = MEBIBYTE;

  @Option(
      names = "--max-stderr-bytes",
      paramLabel = "N",
      description = "What is kept of what a task prints. Default: 1048576.")
  private int maxStderrBytes = MEBIBYTE;

  @Option(
      names = "--exec-timeout",
      paramLabel = "DURATION",
      description = "The longest that an attempt may take, whatever its task says. Default: 1h.")
  private Duration execTimeout = Duration.ofHours(1);

  @Option(
      names = "--logs-dir",
      paramLabel = "DIR",
      description =
          "Keep what attempts print in files there, one each. Default: REPROQ_LOGS_DIR, else in the"
              + " database.")
  private @Nullable String logsDir;

  @Option(
      names = "--preload",
      paramLabel = "A,B",
      split = ",",
      description = "fork, pool: modules to import once, before the first fork.")
  private List<String> preload = List.of();

  @Option(
      names = "--reload",
      description = "fork, pool: begin anew when a file of a loaded module changes.")
  private boolean reload;

  @Option(
      names = "--fork-server-memory-mb",
      paramLabel = "N",
      description = "fork, pool: begin anew when the forking process holds more. Default: 1024.")
  private int forkServerMemoryMb = 1024;

  @Option(
      names = "--pool-max-tasks",
      paramLabel = "N",
      description = "pool: tasks that a process takes before it is replaced. Default: 1000.")
  private int poolMaxTasks = 1000;

  @Option(
      names = "--pool-max-memory-mb",
      paramLabel = "N",
      description = "pool: replace a process that holds more after a task. Default: 256.")
  private int poolMaxMemoryMb = 256;

  @Option(
      names = "--mock-millis",
      paramLabel = "N",
      description = "mock: how long each task takes. Default: 0.")
  private int mockMillis;

  /// What was asked for; empty when this worker runs nothing but Java.
  ///
  /// @param workerId the worker's name, which tasks may see
  /// @throws IllegalArgumentException when a value is none, naming it
  public Optional<ExecutorConfig> config(String workerId) {
    var modules = allowed == null ? List.<String>of() : list(allowed);
    if (kind == null && module == null && modules.isEmpty()) {
      return Optional.empty();
    }
    var defaults = ExecutorConfig.defaults(kind == null ? Kind.SPAWN : Kind.of(kind), workerId);
    return Optional.of(
        defaults
            .withCommand(
                new Command(
                    python, module == null ? defaults.command().module() : module, preload, reload))
            .withAllowed(AllowList.of(modules))
            .withPayload(Payload.of(payloadMode, allowInline))
            .withLimits(
                new Limits(
                    maxPayloadBytes,
                    maxStdoutBytes,
                    maxStderrBytes,
                    execTimeout,
                    defaults.limits().killGrace()))
            .withReuse(new Reuse(poolMaxTasks, poolMaxMemoryMb, forkServerMemoryMb))
            .withLogsDir(logsDir == null || logsDir.isEmpty() ? null : Path.of(logsDir))
            .withMockTakes(
                Duration.ofMillis(CommandFailure.atLeast(0, "--mock-millis", mockMillis))));
  }

  private static List<String> list(String text) {
    return List.of(text.split(",")).stream()
        .map(String::strip)
        .filter(entry -> !entry.isEmpty())
        .distinct()
        .toList();
  }
}
