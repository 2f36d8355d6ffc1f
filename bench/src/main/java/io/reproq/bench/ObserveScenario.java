package io.reproq.bench;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.reproq.Reproq;
import io.reproq.bench.Side.Role;
import io.reproq.clock.TimeSource;
import io.reproq.observe.OperationMetrics;
import io.reproq.observe.TaskMetrics;
import io.reproq.observe.WorkerMetrics;
import java.util.List;
import java.util.Map;

/// The memory store with the metrics of a worker, and with those of its tasks too, beside none.
/// Where a task costs least, what is measured of it costs most.
final class ObserveScenario implements Scenario {
  private static final String DSN = "memory:";

  @Override
  public String name() {
    return "observe";
  }

  @Override
  public String summary() {
    return "memory store, enqueue to SUCCESSFUL, with metrics beside without";
  }

  @Override
  public Map<Setting, Integer> settings() {
    return MemoryScenario.SETTINGS;
  }

  @Override
  public Stage stage(Options unused) {
    return ObserveScenario::sides;
  }

  private static List<Side> sides(Options options) {
    return List.of(
        new Side("metrics of the worker", Role.OURS, () -> observed(options, false)),
        new Side("and of its tasks", Role.OURS, () -> observed(options, true)),
        new Side("no metrics", Role.CEILING, () -> Lifecycle.run(DSN, options)));
  }

  private static Map<String, Double> observed(Options options, boolean withTasks) {
    var registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    try {
      var time = TimeSource.system();
      var builder =
          new OperationMetrics(registry, time)
              .on(new WorkerMetrics(registry, time).on(Reproq.builder().dsn(DSN)));
      return Lifecycle.run(
          withTasks ? new TaskMetrics(registry, time).on(builder) : builder, options);
    } finally {
      registry.close();
    }
  }
}
