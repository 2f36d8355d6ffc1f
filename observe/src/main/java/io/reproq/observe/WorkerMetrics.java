package io.reproq.observe;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.reproq.ReproqBuilder;
import io.reproq.clock.TimeSource;
import io.reproq.store.PoolUse;
import io.reproq.store.Settled;
import io.reproq.store.Settlement;
import io.reproq.store.TaskStore;
import io.reproq.task.Outcome;
import io.reproq.worker.Attempt;
import io.reproq.worker.AttemptHandler;
import io.reproq.worker.AttemptListener;
import java.time.Duration;
import java.util.function.ToDoubleFunction;

/// The metrics of a worker and its database, `reproq_…`: the names, types and labels that
/// dashboards of the worker's predecessor ask for.
///
/// One worker a registry: the gauges of a second one would not be seen.
public final class WorkerMetrics {
  private final MeterRegistry registry;
  private final TimeSource time;
  private final WorkerMeters meters;

  public WorkerMetrics(MeterRegistry registry, TimeSource time) {
    this.registry = registry;
    this.time = time;
    this.meters = new WorkerMeters(registry);
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
    bindDatabase(sampler);
    bindProcess();
    var measured = new MeasuredStore(store, meters, time, sampler);
    bindPool(measured);
    return measured;
  }

  private Outcome timed(Attempt attempt, AttemptHandler next) throws Exception {
    var start = time.nanoTime();
    try {
      return next.run(attempt);
    } finally {
      meters.ran(attempt.spec().queue(), Duration.ofNanos(time.nanoTime() - start));
    }
  }

  private void bindDatabase(Sampler<DatabaseState> sampler) {
    gauge("reproq_queue_depth", "Tasks that are READY or WAITING", sampler, DatabaseState::depth);
    gauge("reproq_tasks_running", "Tasks that are RUNNING", sampler, DatabaseState::running);
    gauge("reproq_workers", "Living workers", sampler, DatabaseState::workers);
    gauge(
        "reproq_concurrency_in_use",
        "Slots of all workers that are taken",
        sampler,
        DatabaseState::running);
    gauge("reproq_concurrency_limit", "Slots of all living workers", sampler, DatabaseState::slots);
    gauge(
        "reproq_queues_paused",
        "Paused queues; a pause of all is one",
        sampler,
        DatabaseState::pauses);
    gauge(
        "reproq_concurrency_blocked_tasks",
        "Tasks that wait for a key, counted up to " + DatabaseState.MOST_BLOCKED,
        sampler,
        DatabaseState::blocked);
  }

  private void gauge(
      String name,
      String help,
      Sampler<DatabaseState> sampler,
      ToDoubleFunction<DatabaseState> value) {
    Meters.gauge(registry, name, help, () -> sampler.read(value));
  }

  private void bindProcess() {
    Meters.gauge(
        registry,
        "reproq_worker_cpu_usage_percent",
        "Share of the machine's processors that this process uses",
        ProcessUse::cpuPercent);
    Meters.gauge(registry, "reproq_worker_mem_usage_bytes", "Heap in use", ProcessUse::heapBytes);
  }

  private void bindPool(TaskStore store) {
    Meters.gauge(
        registry,
        "reproq_db_pool_connections_in_use",
        "Connections of the store's pool that are lent",
        () -> store.pool().inUse());
    FunctionCounter.builder("reproq_db_pool_wait_count_total", store, from -> pool(from).waits())
        .description("How often a connection was wanted while all were lent")
        .register(registry);
  }

  private static PoolUse pool(TaskStore store) {
    return store.pool();
  }

  /// An attempt that a stopping worker gives back, or that asks for more time, has not ended.
  private final class Endings implements AttemptListener {
    @Override
    public void settled(Attempt attempt, Settlement settlement, Settled answer) {
      if (answer instanceof Settled.Applied) {
        var queue = attempt.spec().queue();
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
