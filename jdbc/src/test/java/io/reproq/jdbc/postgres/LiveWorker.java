package io.reproq.jdbc.postgres;

import io.reproq.clock.TimeSource;
import io.reproq.json.Json;
import io.reproq.store.Settled;
import io.reproq.store.Settlement;
import io.reproq.store.TaskStore;
import io.reproq.task.Outcome;
import io.reproq.worker.Attempt;
import io.reproq.worker.AttemptHandler;
import io.reproq.worker.AttemptListener;
import io.reproq.worker.Engine;
import io.reproq.worker.Handlers;
import io.reproq.worker.Refused;
import io.reproq.worker.Surroundings;
import io.reproq.worker.Worker;
import io.reproq.worker.WorkerConfig;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// A worker with all its threads on a store of its own, which keeps book of what the store applied.
final class LiveWorker implements AutoCloseable {
  /// A handler that is done at once.
  static final AttemptHandler DONE = attempt -> new Outcome.Succeeded(Json.NULL);

  private final TaskStore store;
  private final Engine engine;
  private final Worker worker;
  private final Map<Long, Integer> applied = new ConcurrentHashMap<>();

  private LiveWorker(TaskStore store, WorkerConfig config, AttemptHandler handler) {
    this.store = store;
    this.engine =
        new Engine(
            store,
            config,
            Handlers.of(Map.of(Actors.GREET, handler)),
            List.of(new Counting()),
            Surroundings.real());
    this.worker = new Worker(engine, config, store, TimeSource.system());
    worker.start();
  }

  /// A worker that runs greetings by `handler`, with a lease of 15 s and a heartbeat each half
  /// second.
  static LiveWorker start(String name, TaskStore store, AttemptHandler handler) {
    return start(config(name), store, handler);
  }

  static LiveWorker start(WorkerConfig config, TaskStore store, AttemptHandler handler) {
    return new LiveWorker(store, config, handler);
  }

  static WorkerConfig config(String name) {
    return WorkerConfig.defaults(name)
        .withConcurrency(16)
        .withLease(Duration.ofSeconds(15), Duration.ofMillis(500));
  }

  /// How often the store applied an outcome of this worker, by task.
  Map<Long, Integer> applied() {
    return Map.copyOf(applied);
  }

  int running() {
    return engine.running().size();
  }

  Refused refused() {
    return engine.refused();
  }

  /// Stops the worker and closes its store.
  @Override
  public void close() {
    worker.close();
    store.close();
  }

  /// Counts what was applied.
  private final class Counting implements AttemptListener {
    @Override
    public void settled(Attempt attempt, Settlement settlement, Settled answer) {
      if (answer instanceof Settled.Applied) {
        applied.merge(settlement.resultId(), 1, Integer::sum);
      }
    }
  }
}
