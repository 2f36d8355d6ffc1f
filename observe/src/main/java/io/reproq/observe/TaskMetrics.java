package io.reproq.observe;

import io.micrometer.core.instrument.MeterRegistry;
import io.reproq.ReproqBuilder;
import io.reproq.clock.TimeSource;
import io.reproq.store.Settled;
import io.reproq.store.Settlement;
import io.reproq.store.TaskStore;
import io.reproq.task.Outcome;
import io.reproq.task.Place;
import io.reproq.task.Spec;
import io.reproq.task.TaskStatus;
import io.reproq.worker.Attempt;
import io.reproq.worker.AttemptHandler;
import io.reproq.worker.AttemptListener;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The metrics of what this process enqueues and runs, by task path: `tasks_…`,
/// `task_latency_seconds`, `retry_count_total`, `queue_depth`.
///
/// The label `task` has 200 values at the most; whatever comes later is `other`.
public final class TaskMetrics {
  private final TimeSource time;
  private final TaskMeters meters;
  private final Sum<Sampler<Map<TaskStatus, Long>>> databases = new Sum<>();

  public TaskMetrics(MeterRegistry registry, TimeSource time) {
    this.time = time;
    this.meters = new TaskMeters(registry);
    Meters.gauge(
        registry,
        "queue_depth",
        "Tasks that are READY or WAITING",
        () -> databases.of(sampler -> sampler.read(TaskMetrics::depth)));
  }

  /// Lets what `builder` opens be measured. What it opens counts the tasks of its database every 5
  /// s, until it is closed. May be called for several, whose numbers are added up.
  ///
  /// @return `builder`
  public ReproqBuilder on(ReproqBuilder builder) {
    return builder.around(this::counted).filter(this::counted).listener(new Endings());
  }

  private TaskStore counted(TaskStore store) {
    var sampler = new Sampler<>("reproq-depth", time, () -> DatabaseState.tasks(store));
    databases.add(sampler);
    return new CountingStore(store, meters, sampler);
  }

  private static double depth(Map<TaskStatus, Long> tasks) {
    return tasks.getOrDefault(TaskStatus.READY, 0L) + tasks.getOrDefault(TaskStatus.WAITING, 0L);
  }

  private Outcome counted(Attempt attempt, AttemptHandler next) throws Exception {
    var running = meters.running(attempt.spec().taskPath());
    running.incrementAndGet();
    try {
      return next.run(attempt);
    } finally {
      running.decrementAndGet();
    }
  }

  private final class Endings implements AttemptListener {
    /// When attempts began, of those that are not over.
    private final Map<Attempt, Long> began = new ConcurrentHashMap<>();

    @Override
    public void started(Attempt attempt) {
      began.put(attempt, time.nanoTime());
    }

    @Override
    public void settled(Attempt attempt, Settlement settlement, Settled answer) {
      var start = began.remove(attempt);
      if (!(answer instanceof Settled.Applied(var place))) {
        return;
      }
      var path = attempt.readable().map(Spec::taskPath).orElse(Labels.UNKNOWN);
      if (place instanceof Place.Finished(var status, var attempts)) {
        var ran = start == null ? Duration.ZERO : Duration.ofNanos(time.nanoTime() - start);
        meters.ended(path, status, attempt.origin().waited().plus(ran));
      } else if (settlement.outcome() instanceof Outcome.Failed) {
        meters.retried(path);
      }
    }

    @Override
    public void lost(Attempt attempt) {
      began.remove(attempt);
    }
  }
}
