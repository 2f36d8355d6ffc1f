package io.reproq.cli.worker;

import io.micrometer.core.instrument.Clock;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.reproq.ReproqBuilder;
import io.reproq.clock.TimeSource;
import io.reproq.observe.CurrentSpan;
import io.reproq.observe.JvmMetrics;
import io.reproq.observe.OperationMetrics;
import io.reproq.observe.WorkerMetrics;
import io.reproq.server.door.Doors.MetricsPage;
import io.reproq.server.events.EventFeed;
import io.reproq.server.events.TaskEvents;
import io.reproq.server.events.TaskEvents.Teller;
import org.jspecify.annotations.Nullable;

/// What a worker measures, and the events of its tasks, for whoever asks over HTTP.
final class Measures implements AutoCloseable {
  private static final String OPEN_METRICS =
      "application/openmetrics-text; version=1.0.0; charset=utf-8";
  private static final String PLAIN = "text/plain; version=0.0.4; charset=utf-8";

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(
          PrometheusConfig.DEFAULT, new PrometheusRegistry(), Clock.SYSTEM, new CurrentSpan());
  private final JvmMetrics jvm = JvmMetrics.bind(registry);
  private final WorkerMetrics worker;
  private final OperationMetrics operations;
  private final EventFeed feed;
  private final TaskEvents events;

  /// @param teller who tells of its tasks
  Measures(Teller teller, TimeSource time) {
    worker = new WorkerMetrics(registry, time);
    operations = new OperationMetrics(registry, time);
    feed = new EventFeed(time);
    events = new TaskEvents(feed, teller, time);
  }

  /// Lets what `builder` opens be measured, and its tasks be told of.
  ReproqBuilder on(ReproqBuilder builder) {
    return operations.on(worker.on(builder)).listener(events);
  }

  /// All metrics, in the form that `accept` asks for.
  MetricsPage metrics(@Nullable String accept) {
    var form =
        accept != null && accept.contains("application/openmetrics-text") ? OPEN_METRICS : PLAIN;
    return new MetricsPage(form, registry.scrape(form));
  }

  EventFeed events() {
    return feed;
  }

  @Override
  public void close() {
    feed.close();
    jvm.close();
    registry.close();
  }
}
