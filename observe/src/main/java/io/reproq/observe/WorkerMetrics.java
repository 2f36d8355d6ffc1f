package io.reproq.observe;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.reproq.ReproqBuilder;
import io.reproq.clock.TimeSource;
import io.reproq.store.Settled;
import io.reproq.store.Settlement;
import io.reproq.store.TaskStore;
import io.reproq.task.Outcome;
import io.reproq.task.Spec;
import io.reproq.worker.Attempt;
import io.reproq.worker.AttemptHandler;
import io.reproq.worker.AttemptListener;
import java.time.Duration;
import java.util.function.ToDoubleFunction;

/// The metrics of a worker and its databases, `reproq_…`: the names, types and labels that
/// dashboards of the worker's predecessor ask for.
///
/// For a process with several databases, one of these is [on][#on] all of their builders. Gauges
/// are sums over all databases then, and not a number while one of them is not known. A second
/// instance in a registry would not be seen.
public final class WorkerMetrics {
  private final MeterRegistry registry;
  private final TimeSource time;
  private final WorkerMeters meters;
  private final Sum<Sampler<DatabaseState>> databases = new Sum<>();
  private final Sum<TaskStore> stores = new Sum<>();

  public WorkerMetrics(MeterRegistry registry, TimeSource time) {
    this.registry = registry;
    this.time = time;
    this.meters = new WorkerMeters(registry);
    bindDatabases();
    bindProcess();
    bindPools();
  }

  /// Lets what `builder` opens be measured. What it opens looks at its database every 5 s, until it
  /// is closed.
  ///
  /// @return `builder`
  public ReproqBuilder on(ReproqBuilder builder) {
    return builder.around(this::measured).filter(this::timed).listener(new Endings());
  }

  private TaskStore measured(TaskStore store) {
    var sampler = new Sampler<>("reproq-metrics", time, () -> DatabaseState.of(store, time.now()));
    databases.add(sampler);
    stores.add(store);
    return new MeasuredStore(store, meters, time, sampler);
  }

  private Outcome timed(Attempt attempt, AttemptHandler next) throws Exception {
    var start = time.nanoTime();
    try {
      return next.run(attempt);
    } finally {
      meters.ran(attempt.spec().queue(), Duration.ofNanos(time.nanoTime() - start));
    }
  }

  private void bindDatabases() {
    gauge("reproq_queue_depth", "Tasks that are READY or WAITING", DatabaseState::depth);
    gauge("reproq_tasks_running", "Tasks that are RUNNING", DatabaseState::running);
    gauge("reproq_workers", "Living workers", DatabaseState::workers);
    gauge(
        "reproq_concurrency_in_use", "Slots of all workers that are taken", DatabaseState::running);
    gauge("reproq_concurrency_limit", "Slots of all living workers", DatabaseState::slots);
    gauge("reproq_queues_paused", "Paused queues; a pause of all is one", DatabaseState::pauses);
    gauge(
        "reproq_concurrency_blocked_tasks",
        "Tasks that wait for a key, counted up to " + DatabaseState.MOST_BLOCKED,
        DatabaseState::blocked);
  }

  private void gauge(String name, String help, ToDoubleFunction<DatabaseState> value) {
    Meters.gauge(registry, name, help, () -> databases.of(sampler -> sampler.read(value)));
  }

  private void bindProcess() {
    Meters.gauge(
        registry,
        "reproq_worker_cpu_usage_percent",
        "Share of the machine's processors that this process uses",
        ProcessUse::cpuPercent);
    Meters.gauge(registry, "reproq_worker_mem_usage_bytes", "Heap in use", ProcessUse::heapBytes);
  }

  private void bindPools() {
    Meters.gauge(
        registry,
        "reproq_db_pool_connections_in_use",
        "Connections of the stores' pools that are lent",
        () -> stores.of(store -> store.pool().inUse()));
    // The gauges keep what the counter reads, which it holds weakly.
    FunctionCounter.builder(
            "reproq_db_pool_wait_count_total", stores, all -> all.of(store -> store.pool().waits()))
        .description("How often a connection was wanted while all were lent")
        .register(registry);
  }

  /// An attempt that a stopping worker gives back, or that asks for more time, has not ended.
  private final class Endings implements AttemptListener {
    @Override
    public void settled(Attempt attempt, Settlement settlement, Settled answer) {
      if (answer instanceof Settled.Applied) {
        var queue = attempt.readable().map(Spec::queue).orElse(Labels.UNKNOWN);
        switch (settlement.outcome()) {
          case Outcome.Succeeded succeeded -> meters.ended(queue, true);
          case Outcome.Failed failed -> meters.ended(queue, false);
          case Outcome.Cancelled cancelled -> meters.ended(queue, false);
          case Outcome.Snoozed snoozed -> {}
          case Outcome.GivenBack givenBack -> {}
        }
      }
    }
  }
}
