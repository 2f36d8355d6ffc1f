package io.reproq.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.json.Json;
import io.reproq.memory.MemoryStore;
import io.reproq.retry.RetryPolicy;
import io.reproq.server.events.EventFeed;
import io.reproq.server.events.EventFilter;
import io.reproq.server.events.NumberedEvent;
import io.reproq.server.events.TaskEvent;
import io.reproq.server.events.TaskEvent.Level;
import io.reproq.server.events.TaskEvents;
import io.reproq.store.NewTask;
import io.reproq.store.Settled;
import io.reproq.store.Settlement;
import io.reproq.store.StoreProvider.Settings;
import io.reproq.task.Failure;
import io.reproq.task.FailureKind;
import io.reproq.task.Outcome;
import io.reproq.task.Place;
import io.reproq.task.Spec;
import io.reproq.task.TaskStatus;
import io.reproq.testkit.SettableClock;
import io.reproq.worker.Attempt;
import io.reproq.worker.Engine;
import io.reproq.worker.Handlers;
import io.reproq.worker.Surroundings;
import io.reproq.worker.WorkerConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The events of attempts that a real engine makes.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class TaskEventsTest {
  private static final Outcome DONE = new Outcome.Succeeded(Json.NULL);

  private final SettableClock clock = new SettableClock();
  private final EventFeed feed = new EventFeed(clock);
  private final TaskEvents told =
      new TaskEvents(feed, new TaskEvents.Teller("w1", "worker"), clock);
  private final List<Attempt> attempts = new ArrayList<>();

  @Test
  void a_success_is_told_from_its_start() {
    var events = events(DONE, 3);

    assertThat(events).extracting(TaskEvent::type).containsExactly("task_started", "task_success");
    var started = events.getFirst();
    assertThat(started.ts()).isEqualTo(SettableClock.START);
    assertThat(started.level()).isEqualTo(Level.INFO);
    assertThat(started.msg()).isEqualTo("task started");
    assertThat(started.queue()).isEqualTo("default");
    assertThat(started.taskId()).isEqualTo(attempts.getFirst().resultId());
    assertThat(started.workerId()).isEqualTo("w1");
    assertThat(started.metadata())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "role",
                "worker",
                "task_path",
                "sample.greet",
                "attempt",
                "1",
                "max_attempts",
                "3"));
    assertThat(events.getLast().msg()).isEqualTo("task completed");
  }

  @Test
  void a_retry_tells_when_and_why() {
    var event = events(failed(FailureKind.APP_ERROR), 3).getLast();

    assertThat(event.type()).isEqualTo("task_retry");
    assertThat(event.level()).isEqualTo(Level.WARN);
    assertThat(event.msg()).isEqualTo("task failed; retrying");
    assertThat(event.metadata())
        .containsEntry("next_run", "2026-01-01T00:00:30Z")
        .containsEntry("exception_class", "IllegalStateException")
        .containsEntry("error_message", "no such day");
  }

  @ParameterizedTest
  @CsvSource({
    "APP_ERROR, task_failed, ERROR, task failed,",
    "INFRA_ERROR, task_infra_error, ERROR, execution infrastructure error, infra_error",
    "SECURITY_VIOLATION, task_rejected, WARN, task rejected by validator, security_violation",
    "INVALID_SPEC, task_invalid, ERROR, invalid task spec, invalid_spec"
  })
  void a_last_failure_is_told_by_its_kind(
      FailureKind kind, String type, Level level, String msg, String reason) {
    var event = events(failed(kind), 1).getLast();

    assertThat(event.type()).isEqualTo(type);
    assertThat(event.level()).isEqualTo(level);
    assertThat(event.msg()).isEqualTo(msg);
    assertThat(event.metadata().get("reason")).isEqualTo(reason);
    assertThat(event.metadata()).doesNotContainKey("next_run");
  }

  @Test
  void a_task_without_a_path_is_told_as_such() {
    var failure = Failure.of(FailureKind.INVALID_SPEC, "task_path is missing");
    var event = events(new Outcome.Failed(failure, false), 1).getLast();

    assertThat(event.msg()).isEqualTo("task_path missing");
    assertThat(event.metadata()).containsEntry("reason", "missing_task_path");
  }

  @Test
  void a_cancelled_attempt_is_told() {
    var event = events(new Outcome.Cancelled(Failure.CANCELLED), 3).getLast();

    assertThat(event.type()).isEqualTo("task_cancelled");
    assertThat(event.metadata()).containsEntry("reason", "cancel_requested");
  }

  @Test
  void an_end_that_was_refused_is_none() {
    events(DONE, 3);
    var attempt = attempts.getFirst();
    var end = new Place.Finished(TaskStatus.SUCCESSFUL, 1);
    var before = all().size();

    told.settled(
        attempt,
        new Settlement(attempt.resultId(), attempt.claimId(), DONE, end),
        new Settled.Stale());

    assertThat(all()).hasSize(before);
  }

  private static Outcome failed(FailureKind kind) {
    return new Outcome.Failed(
        Failure.of(kind, new IllegalStateException("no such day")), /* retryable= */ true);
  }

  /// What is told of one attempt that comes to `outcome`.
  private List<TaskEvent> events(Outcome outcome, int maxAttempts) {
    var store = new MemoryStore(Settings.defaults().withTime(clock));
    var policy = RetryPolicy.DEFAULT.withMaxAttempts(maxAttempts);
    store.enqueue(List.of(NewTask.of(Spec.of("sample.greet").retry(policy).build())));
    var handlers =
        new Handlers(
            Map.of(
                "sample.greet",
                attempt -> {
                  attempts.add(attempt);
                  return outcome;
                }),
            null);
    var engine =
        new Engine(
            store,
            WorkerConfig.defaults("w1"),
            handlers,
            List.of(told),
            new Surroundings(clock, new Random(0), Runnable::run));
    engine.enter();
    engine.claim();
    engine.settle();
    return all();
  }

  private List<TaskEvent> all() {
    try (var heard = feed.subscribe(EventFilter.ALL, 0).orElseThrow()) {
      return heard.replay().stream().map(NumberedEvent::event).toList();
    }
  }
}
