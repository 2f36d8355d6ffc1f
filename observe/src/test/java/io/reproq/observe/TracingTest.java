package io.reproq.observe;

import static io.opentelemetry.api.trace.SpanKind.CONSUMER;
import static io.opentelemetry.api.trace.SpanKind.PRODUCER;
import static io.reproq.observe.Observed.ECHO;
import static io.reproq.observe.Observed.FAIL;
import static io.reproq.observe.Observed.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.reproq.EnqueueOptions;
import io.reproq.Reproq;
import io.reproq.json.Json;
import io.reproq.retry.RetryPolicy;
import io.reproq.store.NewTask;
import io.reproq.task.Payload;
import io.reproq.task.Spec;
import io.reproq.task.TraceContext;
import io.reproq.workflow.Workflow;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class TracingTest {
  private final InMemorySpanExporter spans = InMemorySpanExporter.create();
  private final OpenTelemetrySdk telemetry =
      OpenTelemetrySdk.builder()
          .setTracerProvider(
              SdkTracerProvider.builder()
                  .addSpanProcessor(SimpleSpanProcessor.create(spans))
                  .build())
          .build();

  @AfterEach
  void close() {
    telemetry.close();
  }

  @Test
  void one_trace_leads_from_who_enqueues_to_the_code_in_another_process(@TempDir Path folder)
      throws Exception {
    var dsn = "sqlite:" + folder.resolve("tasks.db");
    try (var web = traced(dsn);
        var worker = traced(dsn)) {
      worker.handle(
          ECHO,
          (context, text) -> {
            span("inside").end();
            return text;
          });
      worker.start();
      var request = span("request");
      Context.current().with(request).wrap(() -> web.enqueue(ECHO, "hello").await(SOON)).call();
      request.end();
      await().atMost(SOON).until(() -> spans.getFinishedSpanItems().size() == 4);

      var all = spans.getFinishedSpanItems();
      assertThat(all)
          .extracting(SpanData::getTraceId)
          .containsOnly(request.getSpanContext().getTraceId());
      var producer = only(PRODUCER);
      var consumer = only(CONSUMER);
      assertThat(producer.getParentSpanId()).isEqualTo(request.getSpanContext().getSpanId());
      assertThat(consumer.getParentSpanId()).isEqualTo(producer.getSpanId());
      assertThat(consumer.getLinks())
          .singleElement()
          .satisfies(link ->
              assertThat(link.getSpanContext().getSpanId()).isEqualTo(producer.getSpanId()));
      assertThat(named("inside").getParentSpanId()).isEqualTo(consumer.getSpanId());
    }
  }

  @Test
  void spans_tell_of_their_task() throws Exception {
    try (var reproq = traced("memory:")) {
      reproq.handle(ECHO, (context, text) -> text);
      reproq.start();
      var task = reproq.enqueue(ECHO, "hello");
      task.await(SOON);
      await().atMost(SOON).until(() -> spans.getFinishedSpanItems().size() == 2);

      var id = Long.toString(task.resultId());
      assertThat(only(PRODUCER))
          .returns("publish sample.echo", SpanData::getName)
          .returns(id, span -> span.getAttributes().get(SpanFields.RESULT_ID));
      assertThat(only(CONSUMER))
          .returns("process sample.echo", SpanData::getName)
          .returns(id, span -> span.getAttributes().get(SpanFields.RESULT_ID))
          .returns(1L, span -> span.getAttributes().get(SpanFields.ATTEMPT))
          .returns("default", span -> span.getAttributes().get(SpanFields.QUEUE))
          .returns("sample.echo", span -> span.getAttributes().get(SpanFields.TASK_PATH))
          .returns("succeeded", span -> span.getAttributes().get(SpanFields.OUTCOME))
          .returns(StatusCode.UNSET, span -> span.getStatus().getStatusCode());
    }
  }

  @Test
  void code_in_another_process_is_told_of_the_span_of_its_attempt() throws Exception {
    var told = new LinkedBlockingQueue<TraceContext>();
    var builder =
        new Tracing(telemetry)
            .on(Reproq.builder().dsn("memory:"))
            .filter((attempt, next) -> {
              told.add(attempt.trace().orElseThrow());
              return next.run(attempt);
            });
    try (var reproq = builder.open()) {
      reproq.handle(ECHO, (context, text) -> text);
      reproq.start();
      var state =
          new Json(
              "{\"traceparent\":\"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\","
                  + "\"tracestate\":\"vendor=a\"}");
      var task =
          NewTask.of(Spec.of("sample.echo").payload(Payload.ofArgs(new Json("[\"a\"]"))).build());
      reproq.enqueueAll(List.of(task.withHeaders(state)));
      await().atMost(SOON).until(() -> spans.getFinishedSpanItems().size() == 2);

      var span = only(CONSUMER).getSpanContext();
      assertThat(told)
          .containsExactly(
              new TraceContext(
                  "00-%s-%s-01".formatted(span.getTraceId(), span.getSpanId()), "vendor=a"));
    }
  }

  @Test
  void each_attempt_is_a_span_of_its_own_and_tells_what_was_thrown() throws Exception {
    try (var reproq = traced("memory:")) {
      reproq.handle(
          FAIL,
          (context, text) -> {
            if (context.attempt() == 1) {
              throw new IllegalStateException("not yet");
            }
            return text;
          });
      reproq.start();
      var again = RetryPolicy.DEFAULT.withBase(Duration.ofMillis(1));
      reproq.enqueue(FAIL, "x", EnqueueOptions.DEFAULT.retry(again)).await(SOON);
      await().atMost(SOON).until(() -> all(CONSUMER).size() == 2);

      var first = all(CONSUMER).getFirst();
      assertThat(first.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
      assertThat(first.getEvents())
          .singleElement()
          .satisfies(event ->
              assertThat(event.getAttributes().get(SpanFields.EXCEPTION_MESSAGE))
                  .isEqualTo("not yet"));
      assertThat(all(CONSUMER))
          .extracting(SpanData::getParentSpanId)
          .containsOnly(only(PRODUCER).getSpanId());
    }
  }

  @Test
  void headers_of_the_caller_stay_and_a_trace_among_them_goes_on() {
    try (var reproq = traced("memory:")) {
      var trace = "0af7651916cd43dd8448eb211c80319c";
      var headers =
          new Json(
              "{\"actor\":\"ada\",\"price\":1.10,\"traceparent\":\"00-%s-b7ad6b7169203331-01\"}"
                  .formatted(trace));
      var id =
          reproq
              .enqueueAll(List.of(NewTask.of(Spec.of("x").build()).withHeaders(headers)))
              .getFirst()
              .resultId();

      var producer = only(PRODUCER);
      assertThat(producer.getTraceId()).isEqualTo(trace);
      assertThat(reproq.find(id).orElseThrow().headers())
          .isEqualTo(
              new Json(
                  "{\"actor\":\"ada\",\"price\":1.10,\"traceparent\":\"00-%s-%s-01\"}"
                      .formatted(trace, producer.getSpanId())));
    }
  }

  @Test
  void a_workflow_is_one_producer_and_all_its_members_carry_it() throws Exception {
    try (var reproq = traced("memory:")) {
      reproq.handle(ECHO, (context, text) -> text);
      reproq.start();
      reproq.enqueue(Workflow.chain(ECHO.step("a"), ECHO.step("b")));
      await().atMost(SOON).until(() -> all(CONSUMER).size() == 2);

      assertThat(only(PRODUCER).getAttributes().get(SpanFields.COUNT)).isEqualTo(2);
      assertThat(all(CONSUMER))
          .extracting(SpanData::getParentSpanId)
          .containsOnly(only(PRODUCER).getSpanId());
    }
  }

  private Reproq traced(String dsn) {
    return new Tracing(telemetry).on(Reproq.builder().dsn(dsn)).open();
  }

  private Span span(String name) {
    return telemetry.getTracer("test").spanBuilder(name).startSpan();
  }

  private SpanData named(String name) {
    return spans.getFinishedSpanItems().stream()
        .filter(span -> span.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private SpanData only(SpanKind kind) {
    assertThat(all(kind)).hasSize(1);
    return all(kind).getFirst();
  }

  private List<SpanData> all(SpanKind kind) {
    return spans.getFinishedSpanItems().stream().filter(span -> span.getKind() == kind).toList();
  }
}
