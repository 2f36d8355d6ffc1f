package io.reproq.worker;

import java.time.Duration;
import java.util.List;

/// How a worker works. Starts from [#defaults] and is changed by the `with` methods.
///
/// @param workerId name for people, need not be unique
/// @param queues where it looks for work, all treated alike
/// @param concurrency attempts that run at once, at least 1
/// @param lease how long the others wait for a sign of life before they take its tasks
/// @param heartbeat how often it gives one; less than half the lease
/// @param pollInterval how long it idles before it looks for work that nobody announced; where it
///   finds none, it looks half as often each time, down to every 2.5 s
public record WorkerConfig(
    String workerId,
    List<String> queues,
    int concurrency,
    Duration lease,
    Duration heartbeat,
    Duration pollInterval) {

  public WorkerConfig {
    queues = List.copyOf(queues);
    check(!workerId.isBlank(), "worker_id must not be empty", workerId);
    check(!queues.isEmpty(), "queues must not be empty", queues);
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
        64,
        Duration.ofSeconds(15),
        Duration.ofSeconds(5),
        Duration.ofMillis(250));
  }

  public WorkerConfig withWorkerId(String value) {
    return new WorkerConfig(value, queues, concurrency, lease, heartbeat, pollInterval);
  }

  public WorkerConfig withQueues(List<String> value) {
    return new WorkerConfig(workerId, value, concurrency, lease, heartbeat, pollInterval);
  }

  public WorkerConfig withConcurrency(int value) {
    return new WorkerConfig(workerId, queues, value, lease, heartbeat, pollInterval);
  }

  /// Both at once: one is checked against the other.
  public WorkerConfig withLease(Duration lasts, Duration beats) {
    return new WorkerConfig(workerId, queues, concurrency, lasts, beats, pollInterval);
  }

  public WorkerConfig withPollInterval(Duration value) {
    return new WorkerConfig(workerId, queues, concurrency, lease, heartbeat, value);
  }

  private static void check(boolean holds, String rule, Object found) {
    if (!holds) {
      throw new IllegalArgumentException(rule + ", was " + found);
    }
  }
}
