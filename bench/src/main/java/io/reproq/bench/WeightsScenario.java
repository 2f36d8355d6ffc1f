package io.reproq.bench;

import io.reproq.EnqueueOptions;
import io.reproq.Reproq;
import io.reproq.bench.Side.Role;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;

/// The shares that queues with weights have of what one worker runs while all have work.
final class WeightsScenario implements Scenario {
  private static final List<String> QUEUES = List.of("a", "b", "c");
  private static final List<Integer> WEIGHTS = List.of(5, 3, 1);
  private static final List<Integer> ROOMS = List.of(1, 10, 1000);

  @Override
  public String name() {
    return "weights";
  }

  @Override
  public String summary() {
    return "memory store, shares of queues with the weights 5, 3 and 1, beside what they should be";
  }

  @Override
  public Map<Setting, Integer> settings() {
    return Map.of(Setting.ROUNDS, 3, Setting.WARMUP, 1, Setting.TASKS, 50_000);
  }

  @Override
  public Stage stage(Options unused) {
    return WeightsScenario::sides;
  }

  private static List<Side> sides(Options options) {
    var sides = new ArrayList<Side>();
    for (var room : ROOMS) {
      sides.add(new Side("room for " + room, Role.OURS, () -> run(room, options.tasks())));
    }
    sides.add(new Side("by the weights", Role.CEILING, WeightsScenario::ideal));
    return sides;
  }

  private static Map<String, Double> run(int room, int tasks) {
    var builder = Reproq.builder().dsn("memory:").concurrency(room);
    builder.queues(QUEUES.toArray(String[]::new));
    for (var i = 0; i < QUEUES.size(); i++) {
      builder.weight(QUEUES.get(i), WEIGHTS.get(i));
    }
    try (var reproq = builder.open()) {
      var ran = new AtomicLongArray(QUEUES.size());
      reproq.handle(
          Numbers.TYPE,
          (context, number) -> {
            ran.incrementAndGet(Math.toIntExact(number));
            return null;
          });
      for (var i = 0; i < QUEUES.size(); i++) {
        reproq.enqueueAll(
            Numbers.TYPE,
            Collections.nCopies(tasks, (long) i),
            EnqueueOptions.DEFAULT.queue(QUEUES.get(i)));
      }
      var watch = new Stopwatch();
      reproq.start();
      // Until then even the heaviest queue has some left.
      watch.await(() -> sum(ran) >= tasks);
      return shares(ran);
    }
  }

  private static long sum(AtomicLongArray ran) {
    var sum = 0L;
    for (var i = 0; i < ran.length(); i++) {
      sum += ran.get(i);
    }
    return sum;
  }

  private static Map<String, Double> shares(AtomicLongArray ran) {
    var shares = new LinkedHashMap<String, Double>();
    var sum = (double) sum(ran);
    for (var i = 0; i < QUEUES.size(); i++) {
      shares.put("share of " + QUEUES.get(i), ran.get(i) / sum);
    }
    return shares;
  }

  private static Map<String, Double> ideal() {
    var ran = new AtomicLongArray(QUEUES.size());
    for (var i = 0; i < QUEUES.size(); i++) {
      ran.set(i, WEIGHTS.get(i));
    }
    return shares(ran);
  }
}
