package io.reproq.bench;

import io.reproq.bench.Side.Role;
import io.reproq.task.Limits;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;

/// What keys cost: where they hardly ever block, and where they often do.
final class KeyedScenario extends PostgresScenario {
  private static final int CONCURRENCY_KEYS = 1000;
  private static final int CONCURRENCY_LIMIT = 100;
  private static final int LOCK_KEYS = 10_000;

  @Override
  public String name() {
    return "keyed";
  }

  @Override
  public String summary() {
    return "PostgreSQL, a backlog of tasks with keys burnt down by one worker, beside plain ones";
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
        side(
            "1000 concurrency keys, 100 at once",
            Role.OURS,
            new Backlog(options, server, KeyedScenario::shared)),
        side("no keys", Role.CEILING, new Backlog(options, server, number -> Limits.NONE)),
        side(
            "10 000 lock keys",
            Role.BESIDE,
            new Backlog(options, server, KeyedScenario::exclusive)));
  }

  private static Limits shared(long number) {
    return new Limits(null, "key-" + number % CONCURRENCY_KEYS, CONCURRENCY_LIMIT);
  }

  private static Limits exclusive(long number) {
    return new Limits("key-" + number % LOCK_KEYS, null, 0);
  }

  private static Side side(String name, Role role, Backlog backlog) {
    return new Side(
        name,
        role,
        () ->
            backlog.server.measure(
                name,
                database ->
                    BurnDownScenario.ours(
                        database, backlog.options, reproq -> {}, backlog.limits)));
  }

  private record Backlog(Options options, PostgresServer server, LongFunction<Limits> limits) {}
}
