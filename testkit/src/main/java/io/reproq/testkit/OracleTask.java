package io.reproq.testkit;

import io.reproq.store.NewTask;
import io.reproq.store.TaskRun;
import io.reproq.store.TaskRun.AttemptError;
import io.reproq.task.ClaimId;
import io.reproq.task.Event;
import io.reproq.task.FailureKind;
import io.reproq.task.Place;
import io.reproq.task.Rank;
import io.reproq.task.Spec;
import io.reproq.task.TaskStatus;
import io.reproq.task.Transitions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One task as the oracle has it, and how it ought to be shown.
final class OracleTask {
  final long id;
  final Spec spec;
  final boolean unique;
  final Instant enqueuedAt;
  final List<OracleError> errors = new ArrayList<>();
  final List<String> countedOn = new ArrayList<>();

  Place place;
  int transitions;
  boolean cancelRequested;

  /// An attempt was made that does not count. What is shown of starts is left open then.
  boolean madeUncounted;

  @Nullable ClaimId claim;
  @Nullable OracleWorker worker;
  @Nullable Instant due;
  @Nullable Instant startedAt;
  @Nullable Instant lastAttemptedAt;
  @Nullable Instant finishedAt;
  @Nullable String value;

  final @Nullable Instant expiresAt;

  private @Nullable Long firstVersion;

  OracleTask(long id, NewTask task, Instant now, Place place) {
    this.id = id;
    this.spec = task.spec();
    this.unique = task.unique();
    this.enqueuedAt = now;
    this.place = place;
    this.expiresAt = task.expiry() == null ? null : now.plus(task.expiry().from(now));
    this.due = place instanceof Place.Deferred(var attempts, var delay) ? now.plus(delay) : null;
  }

  boolean isIn(Class<? extends Place> kind) {
    return kind.isInstance(place);
  }

  long rank() {
    return Rank.DEFAULT.of(spec.priority(), enqueuedAt.toEpochMilli());
  }

  /// Whether it needs keys.
  boolean isKeyed() {
    return spec.limits().isEffective();
  }

  /// Whether it is parked under one of its keys.
  boolean isParkedByKey() {
    return place instanceof Place.Parked(var attempts, var key)
        && spec.limits().keys().stream().anyMatch(each -> each.name().equals(key));
  }

  /// Whether it must not start any more, and is in no attempt.
  boolean isExpired(Instant now) {
    return expiresAt != null
        && !expiresAt.isAfter(now)
        && !isIn(Place.Running.class)
        && !isIn(Place.Finished.class);
  }

  /// Ends for want of time.
  @Nullable Duration startWithin(Instant now) {
    return expiresAt == null ? null : Duration.between(now, expiresAt);
  }

  void expire(Instant now) {
    errors.add(new OracleError(FailureKind.EXPIRED, attempts(), now, null));
    move(Transitions.after(place, new Event.Expire()).orElseThrow(), now);
  }

  /// Follows the store where it has made a parked task ready, or sent it to and fro.
  void follow(TaskRun run, Instant now) {
    if (isParkedByKey() && run.standing().place().equals("ready")) {
      move(Transitions.after(place, new Event.Promote()).orElseThrow(), now);
    }
    // How often one that is tied goes to and fro between ready and parked is left open.
    if ((isKeyed() || expiresAt != null) && firstVersion != null) {
      transitions = Math.max(transitions, (int) (run.standing().version() - firstVersion));
    }
  }

  /// Goes to `next`.
  void move(Place next, Instant now) {
    place = next;
    transitions++;
    due = next instanceof Place.Deferred(var attempts, var delay) ? now.plus(delay) : null;
    if (!(next instanceof Place.Running)) {
      worker = null;
      claim = null;
    }
    if (next instanceof Place.Finished) {
      finishedAt = now;
      cancelRequested = false;
    }
  }

  /// Goes to `next` as if it had never been tried; its errors and their workers stay.
  void restart(Place next, Instant now) {
    move(next, now);
    startedAt = null;
    lastAttemptedAt = null;
    finishedAt = null;
  }

  int attempts() {
    return switch (place) {
      case Place.Ready(var attempts) -> attempts;
      case Place.Deferred(var attempts, var delay) -> attempts;
      case Place.Parked(var attempts, var key) -> attempts;
      case Place.Running(var attempt) -> attempt;
      case Place.Waiting waiting -> 0;
      case Place.Finished(var outcome, var attempts) -> attempts;
    };
  }

  /// How `run` differs from what it should be; empty when it does not.
  List<String> differences(TaskRun run, Instant now) {
    if (firstVersion == null) {
      firstVersion = run.standing().version() - transitions;
    }
    var found = new Differences("task " + id);
    standing(found, run.standing());
    times(found, run.times(), now);
    found.compare("path", spec.taskPath(), run.taskPath());
    found.compare("queue", spec.queue(), run.queue());
    found.compare("spec", spec.text(), run.spec().text());
    found.compare("hash", spec.hash(), run.specHash());
    var result = run.result();
    found.compare("value", value, result.value() == null ? null : result.value().text());
    found.compare("errors", errors, shown(result.errors()));
    if (place.status() != TaskStatus.CANCELLED) {
      var ended = place.status() == TaskStatus.FAILED && !result.errors().isEmpty();
      var summary = ended ? result.errors().getLast().failure().summary() : null;
      found.compare("last error", summary, result.lastError());
    }
    return found.lines();
  }

  private void standing(Differences found, TaskRun.Standing standing) {
    found.compare("place", place.label(), standing.place());
    found.compare("status", place.status(), standing.status());
    found.compare("attempts", attempts(), standing.attempts());
    found.compare("transitions", transitions, (int) (standing.version() - version()));
    found.compare("cancel request", cancelRequested, standing.cancelRequested());
    var key = place instanceof Place.Parked(var attempts, var blocker) ? blocker : null;
    found.compare("parked key", key, standing.parkedKey());
    var holder = worker;
    found.compare("holder", holder == null ? null : holder.id(), standing.leasedBy());
    found.compare("lease", holder == null ? null : holder.leasedUntil, standing.leasedUntil());
    if (madeUncounted) {
      var all = standing.workerIds().containsAll(countedOn);
      found.compare("all of " + countedOn + " among " + standing.workerIds(), true, all);
    } else {
      found.compare("workers", countedOn, standing.workerIds());
    }
  }

  private void times(Differences found, TaskRun.Times times, Instant now) {
    found.compare("enqueued at", enqueuedAt, times.enqueuedAt());
    found.compare("finished at", finishedAt, times.finishedAt());
    var failed = place.status() == TaskStatus.FAILED;
    found.compare("failed at", failed ? finishedAt : null, times.failedAt());
    if (due == null || due.isAfter(now)) {
      found.compare("run after", due, times.runAfter());
    }
    if (!madeUncounted) {
      found.compare("started at", startedAt, times.startedAt());
      found.compare("last attempted at", lastAttemptedAt, times.lastAttemptedAt());
    }
  }

  private long version() {
    return Objects.requireNonNull(firstVersion);
  }

  /// A task that is cancelled because its worker died may also tell of the death.
  private static List<OracleError> shown(List<AttemptError> errors) {
    var shown = new ArrayList<OracleError>();
    for (var error : errors) {
      var one =
          new OracleError(error.failure().kind(), error.attempt(), error.at(), error.workerId());
      var before = shown.isEmpty() ? null : shown.getLast();
      if (before != null
          && one.kind == FailureKind.CANCELLED
          && before.kind == FailureKind.LEASE_EXPIRY
          && before.attempt == one.attempt
          && Objects.equals(before.workerId, one.workerId)
          && before.at.equals(one.at)) {
        shown.removeLast();
      }
      shown.add(one);
    }
    return shown;
  }

  /// One thing that went wrong, as far as every store must tell it alike.
  record OracleError(FailureKind kind, int attempt, Instant at, @Nullable String workerId) {}
}
