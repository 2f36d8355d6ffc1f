package io.reproq.worker;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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
/// @param pace how often it looks for what nobody tells it
/// @param databaseAlias what its log calls the database, in a process that has several; null for
///   one
public record WorkerConfig(
    String workerId,
    List<String> queues,
    Map<String, Integer> weights,
    int concurrency,
    Duration lease,
    Duration heartbeat,
    Pace pace,
    @Nullable String databaseAlias) {
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
  }

  /// How often a worker looks for what nobody tells it.
  ///
  /// @param soonestPoll how long it idles before it looks for work that nobody announced
  /// @param rarestPoll where it finds none, it looks half as often each time, down to this
  /// @param reclaim for how long a dead worker may go unseen. It is believed to be dead at the
  ///   second look, so its tasks are back after about twice as long, or when its lease says so.
  public record Pace(Duration soonestPoll, Duration rarestPoll, Duration reclaim) {
    public Pace {
      check(soonestPoll.isPositive(), "the soonest poll must be positive", soonestPoll);
      check(
          rarestPoll.compareTo(soonestPoll) >= 0,
          "the rarest poll must not come before the soonest of " + soonestPoll,
          rarestPoll);
      check(reclaim.isPositive(), "the interval of reclaims must be positive", reclaim);
    }

    /// From 250 ms to 2.5 s, and a look for dead workers each second.
    public static Pace defaults() {
      return new Pace(Duration.ofMillis(250), Duration.ofMillis(2500), Duration.ofSeconds(1));
    }

    /// Both at once: one is checked against the other.
    public Pace withPolls(Duration soonest, Duration rarest) {
      return new Pace(soonest, rarest, reclaim);
    }

    public Pace withReclaim(Duration value) {
      return new Pace(soonestPoll, rarestPoll, value);
    }
  }

  /// Queue `default`, 64 attempts at once, a lease of 15 s, a heartbeat every 5 s.
  public static WorkerConfig defaults(String workerId) {
    return new WorkerConfig(
        workerId,
        List.of("default"),
        Map.of(),
        64,
        Duration.ofSeconds(15),
        Duration.ofSeconds(5),
        Pace.defaults(),
        null);
  }

  public WorkerConfig withWorkerId(String value) {
    return new WorkerConfig(
        value, queues, weights, concurrency, lease, heartbeat, pace, databaseAlias);
  }

  public WorkerConfig withQueues(List<String> value) {
    return new WorkerConfig(
        workerId, value, weights, concurrency, lease, heartbeat, pace, databaseAlias);
  }

  /// One weight more.
  public WorkerConfig withWeight(String queue, int weight) {
    var changed = new HashMap<>(weights);
    changed.put(queue, weight);
    return new WorkerConfig(
        workerId, queues, changed, concurrency, lease, heartbeat, pace, databaseAlias);
  }

  public WorkerConfig withConcurrency(int value) {
    return new WorkerConfig(
        workerId, queues, weights, value, lease, heartbeat, pace, databaseAlias);
  }

  /// Both at once: one is checked against the other.
  public WorkerConfig withLease(Duration lasts, Duration beats) {
    return new WorkerConfig(
        workerId, queues, weights, concurrency, lasts, beats, pace, databaseAlias);
  }

  public WorkerConfig withPace(Pace value) {
    return new WorkerConfig(
        workerId, queues, weights, concurrency, lease, heartbeat, value, databaseAlias);
  }

  public WorkerConfig withDatabaseAlias(String value) {
    return new WorkerConfig(workerId, queues, weights, concurrency, lease, heartbeat, pace, value);
  }

  private static void check(boolean holds, String rule, Object found) {
    if (!holds) {
      throw new IllegalArgumentException(rule + ", was " + found);
    }
  }
}
