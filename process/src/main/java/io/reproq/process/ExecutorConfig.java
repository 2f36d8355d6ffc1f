package io.reproq.process;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// How tasks are run in children. Starts from [#defaults] and is changed by the `with` methods.
///
/// @param kind what runs them
/// @param workerId the worker's name, which tasks find in `REPROQ_WORKER_ID`
/// @param command what is started
/// @param allowed the paths that may run
/// @param payload how a spawned child gets the task's description
/// @param limits what one attempt may use
/// @param reuse how long what was started is used
/// @param logsDir where the output of attempts is kept, one file each; null for the store
/// @param mockTakes how long a task takes that is not run at all
public record ExecutorConfig(
    Kind kind,
    String workerId,
    Command command,
    AllowList allowed,
    Payload payload,
    Limits limits,
    Reuse reuse,
    @Nullable Path logsDir,
    Duration mockTakes) {

  public ExecutorConfig {
    check(!mockTakes.isNegative(), "the time a mocked task takes must not be negative", mockTakes);
  }

  /// What runs the tasks.
  public enum Kind {
    /// A process for each task.
    SPAWN,
    /// A process for each task, forked from a warm one.
    FORK,
    /// Forked processes that take one task after another.
    POOL,
    /// Nothing: every task succeeds with null.
    MOCK;

    /// The kind of that name.
    ///
    /// @throws IllegalArgumentException when there is none
    public static Kind of(String name) {
      return named(values(), name, "executor must be spawn, fork, pool or mock");
    }
  }

  /// How a spawned child gets the description.
  public enum Payload {
    STDIN,
    FILE,
    /// As an argument, which every user of the machine can read.
    INLINE;

    /// The way of that name, where `inline` has to be allowed.
    ///
    /// @throws IllegalArgumentException when there is none, or it is not allowed
    public static Payload of(String name, boolean allowInline) {
      var mode = named(values(), name, "payload_mode must be stdin, file or inline");
      check(
          mode != INLINE || allowInline,
          "payload_mode inline shows payloads to every user of this machine: use stdin, or allow it"
              + " with --allow-inline-payload",
          name);
      return mode;
    }
  }

  /// What is started.
  ///
  /// @param python the program, looked up on the PATH
  /// @param module the executor module that it runs
  /// @param preload modules that a fork server imports besides
  /// @param reload whether a fork server starts anew when a file of a loaded module changes
  public record Command(String python, String module, List<String> preload, boolean reload) {
    public Command {
      preload = List.copyOf(preload);
      check(!python.isBlank(), "python_bin must not be empty", python);
      check(!module.isBlank(), "executor_module must not be empty", module);
    }
  }

  /// What one attempt may use.
  ///
  /// @param maxPayloadBytes of its description
  /// @param maxStdoutBytes what is kept of its standard output, the envelope included
  /// @param maxStderrBytes what is kept of its standard error
  /// @param execTimeout the longest that it may take, whatever its task says
  /// @param killGrace the time from TERM to KILL, at most 800 ms: a worker waits a second for the
  ///   end of an attempt that must stop
  public record Limits(
      int maxPayloadBytes,
      int maxStdoutBytes,
      int maxStderrBytes,
      Duration execTimeout,
      Duration killGrace) {
    private static final Duration LONGEST_GRACE = Duration.ofMillis(800);

    public Limits {
      check(maxPayloadBytes > 0, "max_payload_bytes must be positive", maxPayloadBytes);
      check(maxStdoutBytes > 0, "max_stdout_bytes must be positive", maxStdoutBytes);
      check(maxStderrBytes >= 0, "max_stderr_bytes must not be negative", maxStderrBytes);
      check(execTimeout.isPositive(), "exec_timeout must be positive", execTimeout);
      check(
          !killGrace.isNegative() && killGrace.compareTo(LONGEST_GRACE) <= 0,
          "kill_grace must be from 0 to " + LONGEST_GRACE.toMillis() + "ms",
          killGrace);
    }
  }

  /// How long what was started is used.
  ///
  /// @param poolMaxTasks tasks that a child of a pool takes before another replaces it
  /// @param poolMaxMemoryMb a child of a pool that holds more after a task is replaced
  /// @param forkServerMemoryMb a fork server that holds more is replaced
  public record Reuse(int poolMaxTasks, int poolMaxMemoryMb, int forkServerMemoryMb) {
    public Reuse {
      check(poolMaxTasks > 0, "pool_max_tasks must be positive", poolMaxTasks);
      check(poolMaxMemoryMb > 0, "pool_max_memory_mb must be positive", poolMaxMemoryMb);
      check(forkServerMemoryMb > 0, "fork_server_memory_mb must be positive", forkServerMemoryMb);
    }
  }

  private static final int MEBIBYTE = 1 << 20;

  /// `python3 -m reproq_django.executor` for each task, the description on standard input, 1 MiB of
  /// everything, an hour, half a second from TERM to KILL, output kept in the store.
  public static ExecutorConfig defaults(Kind kind, String workerId) {
    return new ExecutorConfig(
        kind,
        workerId,
        new Command("python3", "reproq_django.executor", List.of(), false),
        AllowList.DEFAULT,
        Payload.STDIN,
        new Limits(MEBIBYTE, MEBIBYTE, MEBIBYTE, Duration.ofHours(1), Duration.ofMillis(500)),
        new Reuse(1000, 256, 1024),
        null,
        Duration.ZERO);
  }

  public ExecutorConfig withCommand(Command value) {
    return new ExecutorConfig(
        kind, workerId, value, allowed, payload, limits, reuse, logsDir, mockTakes);
  }

  public ExecutorConfig withAllowed(AllowList value) {
    return new ExecutorConfig(
        kind, workerId, command, value, payload, limits, reuse, logsDir, mockTakes);
  }

  public ExecutorConfig withPayload(Payload value) {
    return new ExecutorConfig(
        kind, workerId, command, allowed, value, limits, reuse, logsDir, mockTakes);
  }

  public ExecutorConfig withLimits(Limits value) {
    return new ExecutorConfig(
        kind, workerId, command, allowed, payload, value, reuse, logsDir, mockTakes);
  }

  public ExecutorConfig withReuse(Reuse value) {
    return new ExecutorConfig(
        kind, workerId, command, allowed, payload, limits, value, logsDir, mockTakes);
  }

  public ExecutorConfig withLogsDir(@Nullable Path value) {
    return new ExecutorConfig(
        kind, workerId, command, allowed, payload, limits, reuse, value, mockTakes);
  }

  public ExecutorConfig withMockTakes(Duration value) {
    return new ExecutorConfig(
        kind, workerId, command, allowed, payload, limits, reuse, logsDir, value);
  }

  private static <E extends Enum<E>> E named(E[] values, String name, String rule) {
    for (var value : values) {
      if (value.name().toLowerCase(Locale.ROOT).equals(name)) {
        return value;
      }
    }
    throw new IllegalArgumentException(rule + ", was " + name);
  }

  private static void check(boolean holds, String rule, Object found) {
    if (!holds) {
      throw new IllegalArgumentException(rule + ", was " + found);
    }
  }
}
