package io.reproq.worker;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// How a worker works. Starts from [#defaults] and is changed by the `with` methods.
///
/// @param workerId name for people, need not be unique
/// @param queues where it looks for work. In each, `*` stands for anything and `?` for one
///   character: it means all queues that there are and match.
/// @param weights what part of the room each of these queues gets while all have work, in
///   proportion to the others, by its name as it stands in `queues`; 1 for those that are not
///   named. That of a glob holds for each queue that it matches.
/// @param concurrency attempts that run at once, at least 1
/// @param lease how long the others wait for a sign of life before they take its tasks
/// @param heartbeat how often it gives one; less than half the lease
/// @param pollInterval how long it idles before it looks for work that nobody announced; where it
///   finds none, it looks half as often each time, down to every 2.5 s
public record WorkerConfig(
    String workerId,
    List<String> queues,
    Map<String, Integer> weights,
    int concurrency,
    Duration lease,
    Duration heartbeat,
    Duration pollInterval) {
  private static final int HEAVIEST = 1000;

  public WorkerConfig {
    queues = List.copyOf(queues);
    weights = Map.copyOf(weights);
    check(!workerId.isBlank(), "worker_id must not be empty", workerId);
    check(!queues.isEmpty(), "queues must not be empty", queues);
    weights.forEach((queue, weight) ->
        check(
            weight >= 1 && weight <= HEAVIEST,
            "the weight of queue " + queue + " must be from 1 to " + HEAVIEST,
            weight));
    check(concurrency >= 1, "concurrency must be at least 1", concurrency);
    check(heartbeat.isPositive(), "heartbeat must be positive", heartbeat);
    check(
        heartbeat.multipliedBy(2).compareTo(lease) < 0,
        "heartbeat must be less than half the lease of " + lease,
        heartbeat);
    check(pollInterval.isPositive(), "poll interval must be positive", pollInterval);
  }

  /// Queue `default`, 64 attempts at once, a lease of 15 s, a heartbeat every 5 s, polling four
  /// times a second at first.
  public static WorkerConfig defaults(String workerId) {
    return new WorkerConfig(
        workerId,
        List.of("default"),
        Map.of(),
        64,
        Duration.ofSeconds(15),
        Duration.ofSeconds(5),
        Duration.ofMillis(250));
  }

  public WorkerConfig withWorkerId(String value) {
    return new WorkerConfig(value, queues, weights, concurrency, lease, heartbeat, pollInterval);
  }

  public WorkerConfig withQueues(List<String> value) {
    return new WorkerConfig(workerId, value, weights, concurrency, lease, heartbeat, pollInterval);
  }

  /// One weight more.
  public WorkerConfig withWeight(String queue, int weight) {
    var changed = new HashMap<>(weights);
    changed.put(queue, weight);
    return new WorkerConfig(workerId, queues, changed, concurrency, lease, heartbeat, pollInterval);
  }

  public WorkerConfig withConcurrency(int value) {
    return new WorkerConfig(workerId, queues, weights, value, lease, heartbeat, pollInterval);
  }

  /// Both at once: one is checked against the other.
  public WorkerConfig withLease(Duration lasts, Duration beats) {
    return new WorkerConfig(workerId, queues, weights, concurrency, lasts, beats, pollInterval);
  }

  public WorkerConfig withPollInterval(Duration value) {
    return new WorkerConfig(workerId, queues, weights, concurrency, lease, heartbeat, value);
  }

  private static void check(boolean holds, String rule, Object found) {
    if (!holds) {
      throw new IllegalArgumentException(rule + ", was " + found);
    }
  }
}
