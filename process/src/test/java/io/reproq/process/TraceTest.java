package io.reproq.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reproq.json.Json;
import io.reproq.process.ExecutorConfig.Kind;
import io.reproq.store.NewTask;
import io.reproq.task.TraceContext;
import io.reproq.worker.AttemptFilter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/// What a task in a child knows of the trace that it belongs to.
@Tag("python")
@DisplayNameGeneration(ReplaceUnderscores.class)
final class TraceTest {
  private static final TraceContext ENQUEUER =
      new TraceContext("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "vendor=a\"b\\c");
  private static final TraceContext ATTEMPT =
      new TraceContext("00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01", null);

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "MOCK")
  void a_task_goes_on_from_where_it_was_enqueued(Kind kind) {
    try (var stage = Stage.open(Python.config(kind, folder))) {
      assertThat(told(stage, ENQUEUER.headers())).isEqualTo(seen(kind, ENQUEUER));
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "MOCK")
  void a_task_goes_on_from_what_a_filter_says(Kind kind) {
    AttemptFilter tracing =
        (attempt, next) -> {
          attempt.trace(ATTEMPT);
          return next.run(attempt);
        };
    try (var stage = Stage.open(Python.config(kind, folder), tracing)) {
      assertThat(told(stage, ENQUEUER.headers())).isEqualTo(seen(kind, ATTEMPT));
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "MOCK")
  void a_task_without_a_trace_has_none_after_one_that_had_some(Kind kind) {
    try (var stage = Stage.open(Python.config(kind, folder))) {
      told(stage, ENQUEUER.headers());

      assertThat(told(stage, null)).isEqualTo("[null,null,null,null]");
      assertThat(told(stage, new Json("{\"traceparent\":\"00-ab-cd-01\\u0000\"}")))
          .isEqualTo("[null,null,null,null]");
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "MOCK")
  void the_trace_in_which_the_worker_was_started_is_no_task_s(Kind kind) throws Exception {
    var told = folder.resolve("told");
    var start =
        WorkerMain.process(
            folder,
            kind.name().toLowerCase(Locale.ROOT),
            folder.toString(),
            "15",
            "probe.trace_into",
            "[\"" + told + "\"]");
    start.environment().put(TraceContext.PARENT_VARIABLE, ENQUEUER.traceparent());
    start.environment().put(TraceContext.STATE_VARIABLE, "vendor=a");
    var worker = start.start();
    try {
      await().atMost(Duration.ofSeconds(30)).until(() -> Files.exists(told));

      assertThat(told).hasContent("[null, null, null, null]");
    } finally {
      worker.destroyForcibly();
    }
  }

  /// What `probe.trace` returns when it is run with `headers`.
  private static String told(Stage stage, @Nullable Json headers) {
    var task = NewTask.of(Stage.task("probe.trace", "[]").build()).withHeaders(headers);
    var id = stage.reproq.enqueueAll(List.of(task)).getFirst().resultId();
    return Stage.value(stage.over(id)).tree().toString();
  }

  /// What it returns where it runs in `trace`. The environment of a child that is used again is
  /// nobody's.
  private static String seen(Kind kind, TraceContext trace) {
    var values = trace.headers().tree().valueStream().map(JsonNode::toString).toList();
    var context = values.size() == 1 ? values.getFirst() + ",null" : String.join(",", values);
    return "[" + context + "," + (kind == Kind.POOL ? "null,null" : context) + "]";
  }
}
