package io.reproq.memory;

import io.reproq.json.Json;
import io.reproq.store.NewTask;
import io.reproq.store.TaskRun.AttemptError;
import io.reproq.task.ClaimId;
import io.reproq.task.Failure;
import io.reproq.task.Limits;
import io.reproq.task.Place;
import io.reproq.task.Spec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One task. Mutable, read and written under the store's lock only, and never shown outside.
///
/// Small on purpose: finished ones stay. Instants and lists of workers are shared between rows.
final class Row {
  final long id;
  final Spec spec;
  final @Nullable Json headers;
  final boolean unique;
  final QueueRows queue;
  final long rank;
  final Instant enqueuedAt;

  /// Null for a row that belongs to no workflow.
  final @Nullable Membership membership;

  /// What it must hold to run.
  final List<Limits.Key> keys;

  /// When it may no longer start, null for never.
  final @Nullable Instant expiresAt;

  Place place;
  long version = 1;

  /// The line it stands in while ready or parked. A line drops a row that does not name it.
  @Nullable Line line;

  /// When it is due, while deferred.
  @Nullable Instant due;

  /// Who runs it.
  @Nullable MemoryWorker worker;

  /// Where it stands among what its worker holds.
  int heldAt;

  /// The claim that holds it, or the one whose settlement ended it. Whatever else ends it leaves
  /// null here, so that a late settlement finds itself stale.
  @Nullable ClaimId claim;

  boolean cancelRequested;
  @Nullable Instant startedAt;
  @Nullable Instant lastAttemptedAt;
  @Nullable Instant finishedAt;
  @Nullable Json value;
  @Nullable Failure endedBy;
  List<AttemptError> errors = List.of();

  /// What its attempts have told of themselves, null while that is nothing.
  @Nullable Told told;

  /// One for each attempt that counts.
  List<String> workerIds = List.of();

  Row(Origin origin, QueueRows queue, long rank, Place place) {
    var task = origin.task;
    this.id = origin.id;
    this.membership = origin.membership;
    this.spec = task.spec();
    this.headers = task.headers();
    this.unique = task.unique();
    this.queue = queue;
    this.rank = rank;
    this.enqueuedAt = origin.enqueuedAt;
    this.place = place;
    var limits = spec.limits();
    this.keys = limits.isEffective() ? limits.keys() : List.of();
    var expiry = task.expiry();
    this.expiresAt = expiry == null ? null : DeferredRows.due(enqueuedAt, expiry.from(enqueuedAt));
  }

  /// Whether it waits for a key that it must hold to run.
  boolean isBlocked() {
    return place instanceof Place.Parked(var attempts, var key)
        && keys.stream().anyMatch(own -> own.name().equals(key));
  }

  /// Whether its time to start is over at `now`.
  boolean isExpired(Instant now) {
    return expiresAt != null && !expiresAt.isAfter(now);
  }

  /// What a row is made of.
  record Origin(long id, NewTask task, Instant enqueuedAt, @Nullable Membership membership) {}

  /// Whether it runs before `other`.
  boolean isBefore(Row other) {
    return rank == other.rank ? id < other.id : rank < other.rank;
  }

  /// The attempt under way.
  int attempt() {
    return switch (place) {
      case Place.Running(var attempt) -> attempt;
      default -> throw new IllegalStateException("task " + id + " is not running but in " + place);
    };
  }

  void addError(AttemptError error) {
    var longer = new ArrayList<>(errors);
    longer.add(error);
    errors = longer;
  }

  void addAttemptOn(MemoryWorker runner) {
    if (workerIds.isEmpty()) {
      workerIds = runner.alone;
      return;
    }
    var longer = new ArrayList<>(workerIds);
    longer.add(runner.info.workerId());
    workerIds = longer;
  }

  /// Forgets how it ended, and when its attempts were; not what went wrong.
  void forgetEnd() {
    claim = null;
    startedAt = null;
    lastAttemptedAt = null;
    finishedAt = null;
    value = null;
    endedBy = null;
  }

  /// Forgets the last attempt, which does not count.
  void dropAttempt() {
    workerIds = List.copyOf(workerIds.subList(0, workerIds.size() - 1));
  }
}
