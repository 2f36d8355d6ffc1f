package io.reproq.testkit;

import io.reproq.store.Reclaimed;
import io.reproq.store.TaskStore;
import io.reproq.worker.Attempt;
import io.reproq.worker.AttemptHandler;
import io.reproq.worker.Claimed;
import io.reproq.worker.Engine;
import io.reproq.worker.Handlers;
import io.reproq.worker.Refused;
import io.reproq.worker.Surroundings;
import io.reproq.worker.WorkerConfig;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A worker without threads: a test takes its steps one by one, and moves its clock.
///
/// What [#claim] takes is not run before [#run]: a test can look at, cancel or lose it in between.
/// Retries have no jitter. Used by one thread.
public final class ManualWorker {
  private final SettableClock clock;
  private final Engine engine;
  private final Queue<Runnable> claimed = new ArrayDeque<>();

  private ManualWorker(
      TaskStore store, SettableClock clock, WorkerConfig config, Handlers handlers) {
    this.clock = clock;
    engine =
        new Engine(
            store,
            config,
            handlers,
            List.of(),
            new Surroundings(clock, new Random(0), claimed::add));
  }

  /// Prepares a worker named `workerId`.
  public static Builder of(String workerId) {
    return new Builder(WorkerConfig.defaults(workerId));
  }

  /// Claims once.
  public Claimed claim() {
    return engine.claim();
  }

  /// Runs what was claimed, on this thread.
  ///
  /// @return how many attempts
  public int run() {
    var count = 0;
    for (var attempt = claimed.poll(); attempt != null; attempt = claimed.poll()) {
      attempt.run();
      // The engine interrupts the thread of an attempt; here that is the test's own.
      Thread.interrupted();
      count++;
    }
    return count;
  }

  /// Writes all outcomes.
  ///
  /// @return how many
  public int settle() {
    var count = 0;
    for (var written = engine.settle(); written > 0; written = engine.settle()) {
      count += written;
    }
    return count;
  }

  /// Writes what running attempts have told of themselves.
  public void note() {
    engine.note();
  }

  /// Claims, runs and settles until there is nothing more to do now.
  ///
  /// @return how many attempts were made
  public int work() {
    var count = 0;
    while (true) {
      engine.promote();
      var more = engine.claim();
      var ran = run();
      settle();
      count += ran;
      if (ran == 0 && !more.more()) {
        return count;
      }
    }
  }

  /// Lets time pass and does what a worker does meanwhile, without claiming: heartbeats, deadlines,
  /// cancels, chores.
  public void tick(Duration time) {
    clock.advance(time);
    engine.beat();
    engine.stopOverdue();
    engine.stopCancelled();
    engine.promote();
    engine.reclaim();
  }

  /// Sends a heartbeat.
  public void beat() {
    engine.beat();
  }

  /// Stops attempts that are past their deadline, or whose lease is not sure.
  public void stopOverdue() {
    engine.stopOverdue();
  }

  /// Stops attempts whose task was cancelled.
  public void stopCancelled() {
    engine.stopCancelled();
  }

  /// Moves deferred tasks that are due.
  ///
  /// @return how many
  public int promote() {
    return engine.promote().count();
  }

  /// Looks for dead workers.
  public List<Reclaimed> reclaim() {
    return engine.reclaim();
  }

  /// Stops all attempts, to be run by others.
  public void giveBackAll() {
    engine.giveBackAll();
  }

  /// Strikes this worker out of the store.
  public void leave() {
    engine.leave();
  }

  /// What the store refused so far.
  public Refused refused() {
    return engine.refused();
  }

  /// The attempts that were claimed and are not over.
  public Set<Attempt> running() {
    return engine.running();
  }

  /// Collects what a [ManualWorker] is made of.
  public static final class Builder {
    private final Map<String, AttemptHandler> handlers = new HashMap<>();
    private @Nullable AttemptHandler others;
    private WorkerConfig config;

    private Builder(WorkerConfig config) {
      this.config = config;
    }

    /// Lets `handler` run tasks of `taskPath`.
    public Builder handle(String taskPath, AttemptHandler handler) {
      handlers.put(taskPath, handler);
      return this;
    }

    /// Lets `handler` run tasks of paths that no worker handles. Default: they are left alone.
    public Builder others(AttemptHandler handler) {
      others = handler;
      return this;
    }

    /// Default: the queue `default`.
    public Builder queues(String... names) {
      config = config.withQueues(List.of(names));
      return this;
    }

    /// Default: 1.
    public Builder weight(String queue, int weight) {
      config = config.withWeight(queue, weight);
      return this;
    }

    /// Default: 64.
    public Builder concurrency(int attempts) {
      config = config.withConcurrency(attempts);
      return this;
    }

    /// Default: 15 s and 5 s.
    public Builder lease(Duration lasts, Duration heartbeat) {
      config = config.withLease(lasts, heartbeat);
      return this;
    }

    /// The worker, entered in `store`.
    public ManualWorker enter(TaskStore store, SettableClock clock) {
      var worker = new ManualWorker(store, clock, config, new Handlers(handlers, others));
      worker.engine.enter();
      return worker;
    }
  }
}
