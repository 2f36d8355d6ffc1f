package io.reproq.observe;

import static io.reproq.observe.Observed.ECHO;
import static io.reproq.observe.Observed.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.Clock;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.reproq.Reproq;
import io.reproq.clock.TimeSource;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class ExemplarTest {
  private final InMemorySpanExporter spans = InMemorySpanExporter.create();
  private final OpenTelemetrySdk telemetry =
      OpenTelemetrySdk.builder()
          .setTracerProvider(
              SdkTracerProvider.builder()
                  .addSpanProcessor(SimpleSpanProcessor.create(spans))
                  .build())
          .build();

  @Test
  void a_bucket_of_run_times_names_a_trace() throws Exception {
    var registry =
        new PrometheusMeterRegistry(
            PrometheusConfig.DEFAULT, new PrometheusRegistry(), Clock.SYSTEM, new CurrentSpan());
    var builder = Reproq.builder().dsn("memory:");
    new Tracing(telemetry).on(builder);
    new WorkerMetrics(registry, TimeSource.system()).on(builder);
    try (var reproq = builder.open()) {
      reproq.handle(ECHO, (context, text) -> text);
      reproq.start();
      reproq.enqueue(ECHO, "hello").await(SOON);
      await().atMost(SOON).until(() -> spans.getFinishedSpanItems().size() == 2);

      var trace = spans.getFinishedSpanItems().getFirst().getTraceId();
      assertThat(
              registry.scrape("application/openmetrics-text; version=1.0.0; charset=utf-8").lines())
          .anyMatch(line ->
              line.startsWith("reproq_exec_duration_seconds_bucket")
                  && line.contains("trace_id=\"" + trace + "\""));
    }
  }
}
