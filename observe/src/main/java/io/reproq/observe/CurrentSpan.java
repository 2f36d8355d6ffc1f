package io.reproq.observe;

import io.opentelemetry.api.trace.Span;
import io.prometheus.metrics.tracer.common.SpanContext;

/// The span of the thread that measures, which a bucket of a histogram then names. Give it to a
/// `PrometheusMeterRegistry`, which brings the library that this one type needs.
public final class CurrentSpan implements SpanContext {
  /// Asks OpenTelemetry each time.
  public CurrentSpan() {}

  @Override
  public String getCurrentTraceId() {
    return Span.current().getSpanContext().getTraceId();
  }

  @Override
  public String getCurrentSpanId() {
    return Span.current().getSpanContext().getSpanId();
  }

  @Override
  public boolean isCurrentSpanSampled() {
    return Span.current().getSpanContext().isSampled();
  }

  @Override
  public void markCurrentSpanAsExemplar() {}
}
