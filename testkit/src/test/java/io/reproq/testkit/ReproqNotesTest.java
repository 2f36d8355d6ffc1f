package io.reproq.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.EnqueueOptions;
import io.reproq.Reproq;
import io.reproq.TaskFailedException;
import io.reproq.TaskHandler;
import io.reproq.TaskType;
import io.reproq.json.Json;
import io.reproq.memory.MemoryStore;
import io.reproq.retry.RetryPolicy;
import io.reproq.store.ForwardingStore;
import io.reproq.store.NewTask;
import io.reproq.store.Note;
import io.reproq.store.Noted;
import io.reproq.store.StoreProvider.Settings;
import io.reproq.store.TaskRun;
import io.reproq.task.Outcome;
import io.reproq.task.Spec;
import io.reproq.worker.AttemptHandler;
import io.reproq.worker.Engine;
import io.reproq.worker.Handlers;
import io.reproq.worker.Surroundings;
import io.reproq.worker.Worker;
import io.reproq.worker.WorkerConfig;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// What handlers note about their tasks.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class ReproqNotesTest {
  private static final TaskType<String, String> RESIZE =
      TaskType.of("sample.resize", String.class, String.class);
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final RetryPolicy QUICK = RetryPolicy.DEFAULT.withBase(Duration.ofMillis(1));

  @AutoClose private final Reproq reproq = Reproq.builder().dsn("memory:").open();

  @Test
  void progress_is_written_while_a_handler_tells_it_in_a_tight_loop() throws Exception {
    var written = new CountDownLatch(2);
    var sizes = new ConcurrentLinkedQueue<Integer>();
    var store =
        new ForwardingStore(new MemoryStore(Settings.defaults())) {
          @Override
          public List<Noted> note(List<Note> notes) {
            var answers = super.note(notes);
            sizes.add(notes.size());
            written.countDown();
            return answers;
          }
        };
    var told = new AtomicLong();
    AttemptHandler handler =
        attempt -> {
          while (written.getCount() > 0 && !attempt.isStopping()) {
            var json = new Json("{\"told\":" + told.incrementAndGet() + "}");
            attempt.notes().metadata(json);
          }
          return new Outcome.Succeeded(Json.NULL);
        };
    var config = WorkerConfig.defaults("w");
    var surroundings = Surroundings.real();
    var engine =
        new Engine(store, config, Handlers.of(Map.of("loop", handler)), List.of(), surroundings);
    try (store;
        var worker = new Worker(engine, config, store, surroundings.time())) {
      worker.start();
      var id = store.enqueue(List.of(NewTask.of(Spec.of("loop").build()))).getFirst().resultId();

      assertThat(written.await(10, TimeUnit.SECONDS)).isTrue();
      worker.stopGracefully(SOON);

      assertThat(told.get()).isGreaterThan(10);
      assertThat(sizes).hasSizeLessThanOrEqualTo(3).containsOnly(1);
      assertThat(store.metadata(id)).isEqualTo(new Json("{\"told\":" + told.get() + "}"));
    }
  }

  @Test
  void facts_replace_each_other_and_leave_the_progress() throws Exception {
    assertThat(
            noted((context, album) -> {
              context.note(Map.of("a", 1, "b", List.of("x")));
              context.progress(1, 0, "");
              context.note(new Json("{\"c\": null}"));
              return "";
            }))
        .isEqualTo("{\"c\":null,\"progress\":{\"done\":1,\"message\":\"\",\"total\":0}}");
  }

  @Test
  void facts_may_have_a_progress_of_their_own() throws Exception {
    assertThat(
            noted((context, album) -> {
              context.progress(1, 2, "");
              context.note(Map.of("progress", "half"));
              return "";
            }))
        .isEqualTo("{\"progress\":\"half\"}");
  }

  @Test
  void a_message_with_odd_characters_does_not_fail_the_task() throws Exception {
    assertThat(
            noted((context, album) -> {
              context.progress(0, 0, "a\0\uD800b");
              return "";
            }))
        .isEqualTo("{\"progress\":{\"done\":0,\"message\":\"a\uFFFD\uFFFDb\",\"total\":0}}");
  }

  @Test
  void what_cannot_be_kept_fails_the_attempt_and_says_why() throws Exception {
    var cases = new LinkedHashMap<TaskHandler<String, String>, String>();
    cases.put(noting("[]"), "metadata must be a JSON object, was ARRAY");
    cases.put(noting("{"), "not JSON");
    cases.put(noting("{\"a\": \"\\u0000\"}"), "metadata cannot hold the character U+0000");
    cases.put(noting("{\"\\u0000\": 1}"), "metadata cannot hold the character U+0000");
    cases.put(noting("{\"a\": \"\\ud800\"}"), "metadata cannot be kept: lone surrogate U+D800");
    cases.put(noting("{\"a\": [NaN]}"), "metadata cannot hold NaN");
    cases.put(noting("{\"a\": 1e999}"), "metadata cannot hold Infinity");
    cases.put(
        (context, album) -> {
          context.note(Map.of("a", "x".repeat(70_000)));
          return "";
        },
        "metadata may have 65536 bytes of JSON, has 70008");
    cases.put(
        (context, album) -> {
          context.progress(-1, 2, "");
          return "";
        },
        "progress counts from 0, was -1 of 2");

    for (var one : cases.entrySet()) {
      var run = run(one.getKey());
      assertThat(run.result().lastError()).contains(one.getValue());
      assertThat(run.extras().metadata()).isEqualTo(Json.EMPTY_OBJECT);
    }
  }

  @Test
  void the_next_attempt_is_given_what_was_noted() throws Exception {
    reproq.handle(
        RESIZE,
        (context, album) -> {
          if (context.attempt() == 1) {
            context.note(Map.of("page", 7));
            throw new IllegalStateException("once more");
          }
          return context.metadata().text();
        });
    reproq.start();

    assertThat(reproq.enqueue(RESIZE, "album", EnqueueOptions.DEFAULT.retry(QUICK)).await(SOON))
        .isEqualTo("{\"page\":7}");
  }

  private static TaskHandler<String, String> noting(String json) {
    return (context, album) -> {
      context.note(new Json(json));
      return "";
    };
  }

  private String noted(TaskHandler<String, String> handler) throws Exception {
    var run = run(handler);
    assertThat(run.result().errors()).isEmpty();
    return run.extras().metadata().canonical().text();
  }

  /// A task that `handler` has had its one try at.
  private static TaskRun run(TaskHandler<String, String> handler) throws Exception {
    try (var reproq = Reproq.builder().dsn("memory:").open()) {
      reproq.handle(RESIZE, handler);
      reproq.start();
      var once = EnqueueOptions.DEFAULT.retry(RetryPolicy.never());
      var id = reproq.enqueue(RESIZE, "album", once).resultId();
      try {
        reproq.await(id, SOON);
      } catch (TaskFailedException e) {
        // What is looked at is the task.
      }
      return reproq.find(id).orElseThrow();
    }
  }
}
