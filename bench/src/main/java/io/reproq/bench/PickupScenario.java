package io.reproq.bench;

import io.reproq.Reproq;
import io.reproq.bench.Side.Role;
import java.util.List;
import java.util.Map;

/// How soon an idle worker begins a task, in one process and across two.
final class PickupScenario implements Scenario {
  @Override
  public String name() {
    return "pickup";
  }

  @Override
  public String summary() {
    return "from enqueue to handler, one task at a time into an idle worker";
  }

  @Override
  public Map<Setting, Integer> settings() {
    return Map.of(
        Setting.ROUNDS, 7, Setting.WARMUP, 3, Setting.TASKS, 500, Setting.CONCURRENCY, 64);
  }

  @Override
  public Stage stage(Options unused) {
    return PickupScenario::sides;
  }

  private static List<Side> sides(Options options) {
    return List.of(
        new Side("memory:", Role.OURS, () -> Pickup.ours("memory:", options, PickupScenario::same)),
        new Side("sqlite:", Role.OURS, () -> sqlite(options, false)),
        new Side("sqlite:, two processes", Role.OURS, () -> sqlite(options, true)),
        new Side("bare hand-over", Role.CEILING, () -> Pickup.bare(options)));
  }

  private static Map<String, Double> sqlite(Options options, boolean apart) throws Exception {
    try (var folder = DatabaseFolder.in(options.folder())) {
      return Pickup.ours(
          folder.dsn(), options, reproq -> apart ? OtherProcess.on(folder.dsn()) : same(reproq));
    }
  }

  private static Pickup.Feeder same(Reproq reproq) {
    return sent -> reproq.enqueue(Pickup.STAMP, sent);
  }
}
