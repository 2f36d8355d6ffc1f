package io.reproq.bench;

import io.reproq.Reproq;
import io.reproq.bench.Side.Role;
import java.util.List;
import java.util.Map;

/// How soon an idle worker on PostgreSQL begins a task, in one process and across two.
final class LatencyScenario extends PostgresScenario {
  @Override
  public String name() {
    return "latency";
  }

  @Override
  public String summary() {
    return "PostgreSQL, from enqueue to handler, one task at a time into an idle worker";
  }

  @Override
  public Map<Setting, Integer> settings() {
    return Map.of(
        Setting.ROUNDS, 3,
        Setting.WARMUP, 1,
        Setting.TASKS, 400,
        Setting.RATE, 20,
        Setting.CONCURRENCY, 64);
  }

  @Override
  List<Side> sides(Options options, PostgresServer server) {
    return List.of(
        new Side(
            "Reproq, one process",
            Role.OURS,
            () -> server.measure("one process", database -> ours(database, options, false))),
        new Side(
            "Reproq, two processes",
            Role.OURS,
            () -> server.measure("two processes", database -> ours(database, options, true))),
        new Side(
            "bare LISTEN and NOTIFY",
            Role.CEILING,
            () -> server.measure("bare", database -> BareNotify.run(database, options))));
  }

  private static Map<String, Double> ours(PostgresDatabase database, Options options, boolean apart)
      throws Exception {
    var dsn = database.name();
    return Pickup.ours(
        dsn, options, reproq -> apart ? OtherProcess.on(dsn) : sent -> enqueue(reproq, sent));
  }

  private static void enqueue(Reproq reproq, long sent) {
    reproq.enqueue(Pickup.STAMP, sent);
  }
}
