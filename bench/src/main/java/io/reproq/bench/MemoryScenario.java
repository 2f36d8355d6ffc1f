package io.reproq.bench;

import io.reproq.bench.Side.Role;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/// The memory store through the full lifecycle, beside a bare pool of threads.
final class MemoryScenario implements Scenario {
  /// What takes long enough here to be measured.
  static final Map<Setting, Integer> SETTINGS =
      Map.of(
          Setting.ROUNDS, 7,
          Setting.WARMUP, 3,
          Setting.TASKS, 1_000_000,
          Setting.BATCH, 1000,
          Setting.CONCURRENCY, 4000);

  @Override
  public String name() {
    return "memory";
  }

  @Override
  public String summary() {
    return "memory store, enqueue to SUCCESSFUL, beside a bare thread pool";
  }

  @Override
  public Map<Setting, Integer> settings() {
    return SETTINGS;
  }

  @Override
  public Stage stage(Options unused) {
    return MemoryScenario::sides;
  }

  private static List<Side> sides(Options options) {
    var cores = Runtime.getRuntime().availableProcessors();
    return List.of(
        new Side("memory:", Role.OURS, () -> Lifecycle.run("memory:", options)),
        new Side("fixed pool of " + cores, Role.CEILING, () -> pool(cores, options.tasks())),
        new Side("virtual thread each", Role.BESIDE, () -> virtualThreads(options.tasks())));
  }

  private static Map<String, Double> pool(int threads, int tasks) throws InterruptedException {
    try (var pool = Executors.newFixedThreadPool(threads)) {
      var done = new LongAdder();
      var watch = new Stopwatch();
      for (var i = 0; i < tasks; i++) {
        var _ = pool.submit(done::increment);
      }
      pool.shutdown();
      if (!pool.awaitTermination(5, TimeUnit.MINUTES) || done.sum() != tasks) {
        throw new IllegalStateException("the pool ran " + done + " of " + tasks);
      }
      return watch.rates(tasks);
    }
  }

  private static Map<String, Double> virtualThreads(int tasks) {
    var done = new LongAdder();
    var watch = new Stopwatch();
    for (var i = 0; i < tasks; i++) {
      Thread.startVirtualThread(done::increment);
    }
    watch.await(() -> done.sum() == tasks);
    return watch.rates(tasks);
  }
}
