package io.reproq.server.events;

import io.reproq.clock.TimeSource;
import io.reproq.server.events.TaskEvent.Level;
import io.reproq.store.Settled;
import io.reproq.store.Settlement;
import io.reproq.task.Failure;
import io.reproq.task.Outcome;
import io.reproq.task.Place;
import io.reproq.task.Spec;
import io.reproq.task.TaskStatus;
import io.reproq.worker.Attempt;
import io.reproq.worker.AttemptListener;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Turns what becomes of a worker's attempts into events. Ends that were refused, because the task
/// is another's by now, are none; nor are attempts that were put off or given back.
public final class TaskEvents implements AttemptListener {
  /// What a spec without a path is refused with.
  private static final String MISSING_PATH = "task_path is missing";

  private final EventFeed feed;
  private final Teller teller;
  private final TimeSource time;

  public TaskEvents(EventFeed feed, Teller teller, TimeSource time) {
    this.feed = feed;
    this.teller = teller;
    this.time = time;
  }

  @Override
  public void started(Attempt attempt) {
    publish(attempt, new Happening(Level.INFO, "task_started", "task started"), Map.of());
  }

  @Override
  public void settled(Attempt attempt, Settlement settlement, Settled answer) {
    if (answer instanceof Settled.Applied(var place)) {
      switch (settlement.outcome()) {
        case Outcome.Succeeded succeeded ->
            publish(attempt, new Happening(Level.INFO, "task_success", "task completed"), Map.of());
        case Outcome.Failed(var failure, var retryable) -> failed(attempt, failure, place);
        case Outcome.Cancelled cancelled -> cancelled(attempt);
        case Outcome.Snoozed snoozed -> {}
        case Outcome.GivenBack givenBack -> {}
      }
    }
  }

  private void failed(Attempt attempt, Failure failure, Place place) {
    if (place.status() == TaskStatus.CANCELLED) {
      cancelled(attempt);
      return;
    }
    var details = new LinkedHashMap<String, String>();
    var isLast = place.status().isTerminal();
    var happening = happening(failure, isLast, details);
    put(details, "exception_class", failure.exceptionClass());
    if (!isLast) {
      var delay = place instanceof Place.Deferred(var attempts, var later) ? later : Duration.ZERO;
      details.put("next_run", time.now().plus(delay).toString());
    }
    put(details, "error_message", failure.message().isEmpty() ? null : failure.summary());
    publish(attempt, happening, details);
  }

  private void cancelled(Attempt attempt) {
    var happening = new Happening(Level.WARN, "task_cancelled", "task cancelled by request");
    publish(attempt, happening, Map.of("reason", "cancel_requested"));
  }

  private static Happening happening(Failure failure, boolean isLast, Map<String, String> details) {
    return switch (failure.kind()) {
      case SECURITY_VIOLATION -> {
        details.put("reason", failure.kind().label());
        yield new Happening(Level.WARN, "task_rejected", "task rejected by validator");
      }
      case INVALID_SPEC -> {
        var isPathMissing = failure.message().equals(MISSING_PATH);
        details.put("reason", isPathMissing ? "missing_task_path" : "invalid_spec");
        var msg = isPathMissing ? "task_path missing" : "invalid task spec";
        yield new Happening(Level.ERROR, "task_invalid", msg);
      }
      case INFRA_ERROR -> {
        details.put("reason", failure.kind().label());
        yield new Happening(Level.ERROR, "task_infra_error", "execution infrastructure error");
      }
      case APP_ERROR, CANCELLED, LEASE_EXPIRY, WORKFLOW_FAILED, EXPIRED ->
          isLast
              ? new Happening(Level.ERROR, "task_failed", "task failed")
              : new Happening(Level.WARN, "task_retry", "task failed; retrying");
    };
  }

  private void publish(Attempt attempt, Happening happening, Map<String, String> details) {
    var spec = attempt.readable();
    var metadata = new LinkedHashMap<String, String>();
    metadata.put("role", teller.role());
    attempt.databaseAlias().ifPresent(alias -> metadata.put("database", alias));
    spec.ifPresent(known -> metadata.put("task_path", known.taskPath()));
    metadata.put("attempt", Integer.toString(attempt.number()));
    spec.ifPresent(
        known -> metadata.put("max_attempts", Integer.toString(known.retry().maxAttempts())));
    metadata.putAll(details);
    feed.publish(
        new TaskEvent(
            time.now(),
            happening.level(),
            happening.type(),
            happening.msg(),
            spec.map(Spec::queue).orElse(null),
            attempt.resultId(),
            teller.workerId(),
            metadata));
  }

  private static void put(Map<String, String> details, String name, @Nullable String value) {
    if (value != null) {
      details.put(name, value);
    }
  }

  /// Who tells of its tasks.
  ///
  /// @param role what the process is for, such as `worker`
  public record Teller(String workerId, String role) {}

  private record Happening(Level level, String type, String msg) {}
}
