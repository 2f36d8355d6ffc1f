package io.reproq.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.json.Json;
import io.reproq.memory.MemoryStore;
import io.reproq.retry.RetryPolicy;
import io.reproq.server.events.EventFeed;
import io.reproq.server.events.EventFilter;
import io.reproq.server.events.EventJson;
import io.reproq.server.events.NumberedEvent;
import io.reproq.server.events.TaskEvent;
import io.reproq.server.events.TaskEvent.Level;
import io.reproq.server.events.TaskEvents;
import io.reproq.store.ClaimAnswer;
import io.reproq.store.ClaimRequest;
import io.reproq.store.ClaimedTask.Description;
import io.reproq.store.ForwardingStore;
import io.reproq.store.NewTask;
import io.reproq.store.Settled;
import io.reproq.store.Settlement;
import io.reproq.store.StoreProvider.Settings;
import io.reproq.store.TaskStore;
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
  void a_path_called_unknown_is_a_path_like_any_other() {
    var event = events(Spec.of("unknown"), DONE, WorkerConfig.defaults("w1")).getLast();

    assertThat(event.queue()).isEqualTo("default");
    assertThat(event.metadata()).containsEntry("task_path", "unknown").containsKey("max_attempts");
  }

  @Test
  void of_a_task_that_cannot_be_read_neither_queue_nor_path_is_told() {
    var store =
        new ForwardingStore(new MemoryStore(Settings.defaults().withTime(clock))) {
          @Override
          public ClaimAnswer claim(ClaimRequest request) {
            return broken(super.claim(request));
          }
        };
    var event = events(store, Spec.of("sample.greet"), DONE, WorkerConfig.defaults("w1")).getLast();

    assertThat(event.type()).isEqualTo("task_invalid");
    assertThat(event.queue()).isNull();
    assertThat(event.metadata()).doesNotContainKeys("task_path", "max_attempts");
  }

  @Test
  void of_several_databases_an_event_tells_which_one_and_the_id_stays_a_number() {
    var config = WorkerConfig.defaults("w1").withDatabaseAlias("second");
    var event = events(Spec.of("sample.greet"), DONE, config).getLast();

    assertThat(event.metadata()).containsEntry("database", "second");
    assertThat(EventJson.write(event)).contains("\"task_id\":1,");
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
    var policy = RetryPolicy.DEFAULT.withMaxAttempts(maxAttempts);
    var spec = Spec.of("sample.greet").retry(policy);
    return events(spec, outcome, WorkerConfig.defaults("w1"));
  }

  private List<TaskEvent> events(Spec.Builder spec, Outcome outcome, WorkerConfig config) {
    var store = new MemoryStore(Settings.defaults().withTime(clock));
    return events(store, spec, outcome, config);
  }

  private List<TaskEvent> events(
      TaskStore store, Spec.Builder builder, Outcome outcome, WorkerConfig config) {
    var spec = builder.build();
    store.enqueue(List.of(NewTask.of(spec)));
    var handlers =
        new Handlers(
            Map.of(
                spec.taskPath(),
                attempt -> {
                  attempts.add(attempt);
                  return outcome;
                }),
            null);
    var engine =
        new Engine(
            store,
            config,
            handlers,
            List.of(told),
            new Surroundings(clock, new Random(0), Runnable::run));
    engine.enter();
    engine.claim();
    engine.settle();
    return all();
  }

  private static ClaimAnswer broken(ClaimAnswer answer) {
    if (answer instanceof ClaimAnswer.Taken(var tasks, var moved, var retryIn)) {
      var broken =
          tasks.stream().map(task -> task.withDescription(new Description.Broken("no JSON")));
      return new ClaimAnswer.Taken(broken.toList(), moved, retryIn);
    }
    return answer;
  }

  private List<TaskEvent> all() {
    try (var heard = feed.subscribe(EventFilter.ALL, 0).orElseThrow()) {
      return heard.replay().stream().map(NumberedEvent::event).toList();
    }
  }
}
