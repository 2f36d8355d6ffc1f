package io.reproq.observe;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.reproq.ReproqBuilder;
import io.reproq.task.Failure;
import io.reproq.task.Outcome;
import io.reproq.worker.Attempt;
import io.reproq.worker.AttemptHandler;

/// Traces from the code that enqueues a task to the code that runs it, across processes.
///
/// Enqueueing is a span of kind *producer*, whose context is kept with the tasks as `traceparent`
/// and `tracestate`. Each attempt is a span of kind *consumer*: a child of the producer's and
/// linked to it. It is the current span while its handler runs, on the handler's thread, and what
/// [Attempt#trace] has for code in other processes.
public final class Tracing {
  static final String SYSTEM = "reproq";

  private final Tracer tracer;

  /// @param telemetry what makes spans; its propagators are not asked
  public Tracing(OpenTelemetry telemetry) {
    this.tracer = telemetry.getTracer("io.reproq.observe");
  }

  /// Lets what `builder` opens be traced. Comes before what is to be seen within spans, as
  /// [WorkerMetrics#on].
  ///
  /// @return `builder`
  public ReproqBuilder on(ReproqBuilder builder) {
    return builder.around(store -> new TracedStore(store, tracer)).filter(this::traced);
  }

  private Outcome traced(Attempt attempt, AttemptHandler next) throws Exception {
    var span = begin(attempt);
    var context = Context.current().with(span);
    TraceHeaders.of(context).ifPresent(attempt::trace);
    try {
      var outcome = context.wrap(() -> next.run(attempt)).call();
      end(span, outcome);
      return outcome;
    } catch (Exception | Error e) {
      span.recordException(e)
          .setStatus(StatusCode.ERROR, e.toString())
          .setAttribute(SpanFields.ERROR_TYPE, e.getClass().getName())
          .setAttribute(SpanFields.OUTCOME, "failed");
      throw e;
    } finally {
      span.end();
    }
  }

  private Span begin(Attempt attempt) {
    var spec = attempt.spec();
    var producer = TraceHeaders.of(attempt.origin().headers());
    return tracer
        .spanBuilder("process " + spec.taskPath())
        .setSpanKind(SpanKind.CONSUMER)
        .setParent(producer)
        .addLink(Span.fromContext(producer).getSpanContext())
        .setAttribute(SpanFields.SYSTEM, SYSTEM)
        .setAttribute(SpanFields.OPERATION, "process")
        .setAttribute(SpanFields.OPERATION_TYPE, "process")
        .setAttribute(SpanFields.QUEUE, spec.queue())
        .setAttribute(SpanFields.RESULT_ID, Long.toString(attempt.resultId()))
        .setAttribute(SpanFields.TASK_PATH, spec.taskPath())
        .setAttribute(SpanFields.ATTEMPT, (long) attempt.number())
        .startSpan();
  }

  private static void end(Span span, Outcome outcome) {
    var failure = outcome.failure();
    if (failure != null) {
      tell(span, failure);
    }
    span.setAttribute(
        SpanFields.OUTCOME,
        switch (outcome) {
          case Outcome.Succeeded succeeded -> "succeeded";
          case Outcome.Failed failed -> "failed";
          case Outcome.Snoozed snoozed -> "snoozed";
          case Outcome.Cancelled cancelled -> "cancelled";
          case Outcome.GivenBack givenBack -> "given_back";
        });
  }

  /// What an executor, or a handler that means it, says went wrong.
  private static void tell(Span span, Failure failure) {
    var named = failure.exceptionClass();
    var trace = failure.traceback();
    var type = named == null ? failure.kind().label() : named;
    var event =
        Attributes.builder()
            .put(SpanFields.EXCEPTION_TYPE, type)
            .put(SpanFields.EXCEPTION_MESSAGE, failure.message());
    if (trace != null) {
      event.put(SpanFields.EXCEPTION_TRACE, trace);
    }
    span.addEvent("exception", event.build())
        .setStatus(StatusCode.ERROR, failure.summary())
        .setAttribute(SpanFields.ERROR_TYPE, type);
  }
}
