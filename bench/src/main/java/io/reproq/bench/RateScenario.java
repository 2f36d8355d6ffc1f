package io.reproq.bench;

import io.reproq.bench.Side.Role;
import io.reproq.store.RateLimit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What rate limits cost where they never bite, and how near the starts come to the limit where
/// they do.
final class RateScenario extends PostgresScenario {
  private static final RateLimit NEVER = new RateLimit("queue:default", 1_000_000, 1_000_000_000);
  private static final RateLimit THOUSAND = new RateLimit("queue:default", 1000, 100);

  /// Seconds' worth of tasks where the limit bites.
  private static final int SECONDS = 5;

  @Override
  public String name() {
    return "rate";
  }

  @Override
  public String summary() {
    return "PostgreSQL, a backlog burnt down under a rate limit that never bites, beside none";
  }

  @Override
  public Map<Setting, Integer> settings() {
    return Map.of(
        Setting.ROUNDS, 5,
        Setting.WARMUP, 1,
        Setting.TASKS, 100_000,
        Setting.BATCH, 1000,
        Setting.CONCURRENCY, 1000);
  }

  @Override
  List<Side> sides(Options options, PostgresServer server) {
    return List.of(
        new Side(
            "a limit that never bites",
            Role.OURS,
            () ->
                server.measure(
                    "limited",
                    database ->
                        BurnDownScenario.ours(
                            database, options, reproq -> reproq.limits().set(NEVER)))),
        new Side(
            "no limit",
            Role.CEILING,
            () ->
                server.measure(
                    "unlimited",
                    database -> BurnDownScenario.ours(database, options, reproq -> {}))),
        new Side(
            "1000 a second, burst 100",
            Role.BESIDE,
            () -> server.measure("biting", database -> biting(database, options))));
  }

  private static Map<String, Double> biting(PostgresDatabase database, Options options)
      throws Exception {
    // What the burst lets start at once is no rate.
    var tasks = (int) (THOUSAND.tokensPerSecond() * SECONDS);
    var more = options.with(Setting.TASKS, tasks + THOUSAND.burst());
    var values =
        new LinkedHashMap<>(
            BurnDownScenario.ours(database, more, reproq -> reproq.limits().set(THOUSAND)));
    values.replaceAll(
        (measure, value) -> measure.equals("tasks/s") ? value * tasks / more.tasks() : value);
    return values;
  }
}
