package io.reproq.cli.config;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// One thing that can be told by a flag, by an environment variable where there is one for it, and
/// in a file, in this order of precedence.
///
/// @param flag as on the command line
/// @param key where it stands in a file, with dots between the levels
/// @param variable null when the environment has no say in it
public record Setting(String flag, String key, @Nullable String variable) {
  /// The database of all commands that have no section of their own.
  public static final Setting DSN = new Setting("--dsn", "dsn", "DATABASE_URL");

  private static final Set<String> LISTS =
      Set.of(
          "--queues",
          "--queue-weight",
          "--allowed-task-modules",
          "--preload",
          "--metrics-allow-cidrs");

  /// Of `reproq worker`, but for its HTTP server.
  private static final List<Setting> OF_WORKER_ALONE =
      List.of(
          ofWorker("--dsn", "DATABASE_URL"),
          ofWorker("--worker-id", "WORKER_ID"),
          ofWorker("--process-role", "REPROQ_PROCESS_ROLE"),
          ofWorker("--queues", "QUEUE_NAMES"),
          ofWorker("--queue-weight", null),
          ofWorker("--concurrency", null),
          ofWorker("--poll-min-backoff", null),
          ofWorker("--poll-max-backoff", null),
          ofWorker("--lease-seconds", null),
          ofWorker("--heartbeat-seconds", null),
          ofWorker("--reclaim-interval-seconds", null),
          ofWorker("--priority-aging-factor", "PRIORITY_AGING_FACTOR"),
          ofWorker("--max-attempts-default", null),
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

  /// Of the HTTP server that a worker may have.
  private static final List<Setting> OF_METRICS =
      List.of(
          ofMetrics("--metrics-addr", "METRICS_ADDR"),
          ofMetrics("--metrics-port", null),
          ofMetrics("--metrics-auth-token", "METRICS_AUTH_TOKEN"),
          ofMetrics("--metrics-allow-cidrs", "METRICS_ALLOW_CIDRS"),
          ofMetrics("--metrics-auth-limit", "METRICS_AUTH_LIMIT"),
          ofMetrics("--metrics-auth-window", "METRICS_AUTH_WINDOW"),
          ofMetrics("--metrics-auth-max-entries", "METRICS_AUTH_MAX_ENTRIES"),
          ofMetrics("--metrics-tls-cert", "METRICS_TLS_CERT"),
          ofMetrics("--metrics-tls-key", "METRICS_TLS_KEY"),
          ofMetrics("--metrics-tls-client-ca", "METRICS_TLS_CLIENT_CA"),
          ofMetrics("--metrics-jwt-require-exp", null),
          ofMetrics("--health-public", null),
          ofMetrics("--insecure", null));

  /// All of `reproq worker`.
  public static final List<Setting> OF_WORKER =
      Stream.concat(OF_WORKER_ALONE.stream(), OF_METRICS.stream()).toList();

  /// All of `reproq beat`.
  public static final List<Setting> OF_BEAT =
      List.of(
          of("beat", "--dsn", "DATABASE_URL"),
          of("beat", "--process-role", "REPROQ_PROCESS_ROLE"),
          of("beat", "--interval", null),
          of("beat", "--log-format", "REPROQ_LOG_FORMAT"),
          of("beat", "--log-level", "REPROQ_LOG_LEVEL"));

  /// All that `reproq worker` heeds: how often to look for periodic tasks is told to it and to
  /// `reproq beat` by one key.
  public static final List<Setting> HEEDED_BY_WORKER =
      Stream.concat(
              OF_WORKER.stream(),
              Stream.of(of("beat", "--interval", null).withFlag("--beat-interval")))
          .toList();

  /// Whether its value is a list of texts, which a flag and the environment write with commas.
  public boolean isList() {
    return LISTS.contains(flag);
  }

  /// Whether nobody is to see its value.
  public boolean isSecret() {
    return flag.endsWith("-token");
  }

  private static Setting ofWorker(String flag, @Nullable String variable) {
    return of("worker", flag, variable);
  }

  private static Setting ofMetrics(String flag, @Nullable String variable) {
    return of("metrics", flag.replace("--metrics-", "--"), variable).withFlag(flag);
  }

  /// The key is the flag's name, its words joined by underscores.
  private static Setting of(String section, String flag, @Nullable String variable) {
    var name = flag.substring(2).replace('-', '_').toLowerCase(Locale.ROOT);
    return new Setting(flag, section + "." + name, variable);
  }

  private Setting withFlag(String value) {
    return new Setting(value, key, variable);
  }
}
