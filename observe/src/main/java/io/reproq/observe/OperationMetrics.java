package io.reproq.observe;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.reproq.ReproqBuilder;
import io.reproq.clock.TimeSource;
import io.reproq.store.ForwardingStore;
import io.reproq.store.Reclaimed;
import io.reproq.store.TaskStore;
import io.reproq.task.TaskStatus;
import io.reproq.worker.Attempt;
import io.reproq.worker.AttemptListener;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// What operators are woken by, beyond [WorkerMetrics]: `reproq_tasks_failed` (tasks that ended
/// FAILED and nobody has dealt with), `reproq_tasks_reclaimed_total` (taken back from dead workers
/// by this one) and `reproq_attempts_lost_total` (of this worker, when it lost its lease).
public final class OperationMetrics {
  private final TimeSource time;
  private final Counter reclaimed;
  private final Counter lost;
  private final Sum<Sampler<Map<TaskStatus, Long>>> databases = new Sum<>();

  public OperationMetrics(MeterRegistry registry, TimeSource time) {
    this.time = time;
    this.reclaimed =
        Counter.builder("reproq_tasks_reclaimed_total")
            .description("Tasks that this worker has taken back from dead ones")
            .register(registry);
    this.lost =
        Counter.builder("reproq_attempts_lost_total")
            .description("Attempts of this worker that became another's")
            .register(registry);
    Meters.gauge(
        registry,
        "reproq_tasks_failed",
        "Tasks that ended FAILED, until they are retried, discarded or pruned",
        () ->
            databases.of(
                sampler -> sampler.read(tasks -> tasks.getOrDefault(TaskStatus.FAILED, 0L))));
  }

  /// Lets what `builder` opens be measured; may be called for several, whose numbers are added up.
  ///
  /// @return `builder`
  public ReproqBuilder on(ReproqBuilder builder) {
    return builder.around(this::watched).listener(new Losses());
  }

  private TaskStore watched(TaskStore store) {
    var sampler = new Sampler<>("reproq-operations", time, () -> DatabaseState.tasks(store));
    databases.add(sampler);
    return new Watched(store, sampler);
  }

  private final class Watched extends ForwardingStore {
    private final Sampler<Map<TaskStatus, Long>> sampler;

    Watched(TaskStore store, Sampler<Map<TaskStatus, Long>> sampler) {
      super(store);
      this.sampler = sampler;
    }

    @Override
    public List<Reclaimed> reclaim(UUID observer) {
      var taken = super.reclaim(observer);
      reclaimed.increment(taken.size());
      return taken;
    }

    @Override
    public void close() {
      sampler.close();
      super.close();
    }
  }

  private final class Losses implements AttemptListener {
    @Override
    public void lost(Attempt attempt) {
      lost.increment();
    }
  }
}
