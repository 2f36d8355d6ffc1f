package io.reproq.bench;

import io.reproq.bench.Side.Role;
import java.util.List;
import java.util.Map;

/// The SQLite store through the full lifecycle, beside a bare JDBC loop.
final class SqliteScenario implements Scenario {
  @Override
  public String name() {
    return "sqlite";
  }

  @Override
  public String summary() {
    return "SQLite with FULL sync, enqueue to SUCCESSFUL, beside a bare JDBC loop";
  }

  @Override
  public Map<Setting, Integer> settings() {
    return Map.of(
        Setting.ROUNDS, 7,
        Setting.WARMUP, 3,
        Setting.TASKS, 100_000,
        Setting.BATCH, 1000,
        Setting.CONCURRENCY, 2000);
  }

  @Override
  public Stage stage(Options unused) {
    return SqliteScenario::sides;
  }

  private static List<Side> sides(Options options) {
    return List.of(
        new Side("sqlite:", Role.OURS, () -> store(options)),
        new Side("bare JDBC loop", Role.CEILING, () -> RawSqlite.run(options)));
  }

  private static Map<String, Double> store(Options options) throws Exception {
    try (var folder = DatabaseFolder.in(options.folder())) {
      return Lifecycle.run(folder.dsn(), options);
    }
  }
}
