package io.reproq.cli.config;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// One thing that can be told by a flag, by an environment variable where there is one for it, and
/// in a file, in this order of precedence.
///
/// @param flag as on the command line
/// @param key where it stands in a file, with dots between the levels
/// @param variable null when the environment has no say in it
public record Setting(String flag, String key, @Nullable String variable) {
  /// All of `reproq worker`.
  public static final List<Setting> OF_WORKER =
      List.of(
          new Setting("--dsn", "worker.dsn", "DATABASE_URL"),
          ofWorker("--worker-id", "WORKER_ID"),
          ofWorker("--queues", "QUEUE_NAMES"),
          ofWorker("--queue-weight", null),
          ofWorker("--concurrency", null),
          ofWorker("--lease-seconds", null),
          ofWorker("--heartbeat-seconds", null),
          ofWorker("--priority-aging-factor", "PRIORITY_AGING_FACTOR"),
          ofWorker("--shutdown-timeout", null),
          ofWorker("--beat", null),
          ofWorker("--executor", null),
          ofWorker("--executor-module", null),
          ofWorker("--allowed-task-modules", "ALLOWED_TASK_MODULES"),
          ofWorker("--python-bin", null),
          ofWorker("--payload-mode", null),
          ofWorker("--allow-inline-payload", null),
          ofWorker("--max-payload-bytes", null),
          ofWorker("--max-stdout-bytes", null),
          ofWorker("--max-stderr-bytes", null),
          ofWorker("--exec-timeout", null),
          ofWorker("--logs-dir", "REPROQ_LOGS_DIR"),
          ofWorker("--preload", null),
          ofWorker("--reload", null),
          ofWorker("--fork-server-memory-mb", null),
          ofWorker("--pool-max-tasks", null),
          ofWorker("--pool-max-memory-mb", null),
          ofWorker("--mock-millis", null),
          ofWorker("--log-format", "REPROQ_LOG_FORMAT"),
          ofWorker("--log-level", "REPROQ_LOG_LEVEL"));

  /// The key is the flag's name, its words joined by underscores.
  private static Setting ofWorker(String flag, @Nullable String variable) {
    var name = flag.substring(2).replace('-', '_').toLowerCase(Locale.ROOT);
    return new Setting(flag, "worker." + name, variable);
  }
}
