package io.reproq.memory;

import static io.reproq.task.TaskStatus.CANCELLED;
import static io.reproq.task.TaskStatus.SUCCESSFUL;

import io.reproq.store.NewTask;
import io.reproq.store.TaskRun.AttemptError;
import io.reproq.task.Event;
import io.reproq.task.Failure;
import io.reproq.task.FailureKind;
import io.reproq.task.Place;
import io.reproq.task.Rank;
import io.reproq.task.Transitions;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Where every row is. The only class that moves one, so that place, counts, version and marks
/// always agree. Read and written under the store's lock only.
final class Places {

  final RowTable rows = new RowTable();
  final DeferredRows deferred = new DeferredRows();
  final Workflows workflows = new Workflows(this);
  final Keys keys = new Keys(this);

  private final Rank rank;
  private final Map<String, QueueRows> queues = new LinkedHashMap<>();

  /// The unfinished unique row of a spec, by the spec's text.
  private final Map<String, Row> marks = new HashMap<>();

  /// Unfinished rows that expire, the next one first.
  private final TreeSet<Row> expiring =
      new TreeSet<>(
          Comparator.<Row, Instant>comparing(row -> Objects.requireNonNull(row.expiresAt))
              .thenComparingLong(row -> row.id));

  private boolean gainedReady;

  /// How many rows wait for keys that others hold.
  private int blocked;

  Places(Rank rank) {
    this.rank = rank;
  }

  /// The queue of that name, or null when it never had a task.
  @Nullable QueueRows queue(String name) {
    return queues.get(name);
  }

  Collection<QueueRows> queues() {
    return Collections.unmodifiableCollection(queues.values());
  }

  /// The unfinished row that stands in for `task`, or null when it may be added.
  @Nullable Row twinOf(NewTask task) {
    return task.unique() ? marks.get(task.spec().text()) : null;
  }

  /// Adds a task, which waits for its predecessors when it has any.
  ///
  /// @param membership null for a task that belongs to no workflow
  Row add(NewTask task, Instant now, @Nullable Membership membership) {
    var spec = task.spec();
    var queue = queues.computeIfAbsent(spec.queue(), QueueRows::new);
    var place =
        membership == null || membership.predecessors.isEmpty()
            ? Transitions.first(task.start().from(now))
            : new Place.Waiting(membership.predecessors.size());
    var position = rank.of(spec.priority(), now.toEpochMilli());
    var row = new Row(new Row.Origin(rows.nextId(), task, now, membership), queue, position, place);
    rows.add(row);
    if (row.unique) {
      marks.put(spec.text(), row);
    }
    if (row.expiresAt != null) {
      expiring.add(row);
    }
    enter(row, now);
    return row;
  }

  /// Ends a row whose time to start is over, and that is in no attempt.
  void expire(Row row, Instant now) {
    row.addError(new AttemptError(Failure.EXPIRED, attemptsAt(row.place), now, null));
    move(row, new Event.Expire(), now);
    row.endedBy = Failure.EXPIRED;
  }

  /// Ends all such rows, and promotes what waits for keys that are free. What runs goes on.
  void sweep(Instant now) {
    expiring.stream()
        .takeWhile(row -> row.isExpired(now))
        .filter(row -> !(row.place instanceof Place.Running))
        .toList()
        .forEach(row -> expire(row, now));
    keys.sweep(now);
  }

  /// Moves `row` as `event` says.
  ///
  /// @return whether the event means something where the row is
  boolean move(Row row, Event event, Instant now) {
    var next = Transitions.after(row.place, event);
    next.ifPresent(place -> move(row, place, now));
    return next.isPresent();
  }

  /// Begins an attempt at a ready row.
  void start(Row row, MemoryWorker worker, Instant now) {
    move(row, new Event.Claim(), now);
    worker.hold(row);
    row.addAttemptOn(worker);
    row.lastAttemptedAt = now;
    if (row.startedAt == null) {
      row.startedAt = now;
    }
  }

  /// Ends the attempt that is under way, which leads to `next`, or to the end of a task that
  /// somebody wants stopped.
  ///
  /// @param failure what went wrong, null for nothing
  /// @return where the row went
  Place end(Row row, @Nullable Failure failure, Place next, Instant now) {
    var attempt = row.attempt();
    var place = row.cancelRequested ? Transitions.underCancel(next) : next;
    var reason = failure;
    if (failure != null) {
      row.addError(new AttemptError(failure, attempt, now, runner(row)));
    }
    if (place.status() == CANCELLED
        && (failure == null || failure.kind() != FailureKind.CANCELLED)) {
      reason = Failure.CANCELLED;
      row.addError(new AttemptError(Failure.CANCELLED, attempt, now, runner(row)));
    }
    if (attemptsAt(place) < attempt) {
      row.dropAttempt();
    }
    move(row, place, now);
    row.claim = null;
    row.endedBy = place.status().isTerminal() && place.status() != SUCCESSFUL ? reason : null;
    return place;
  }

  /// Lets a failed row begin again from the start, unless it is unique and has an unfinished twin.
  ///
  /// @return that twin, null when the row is ready now
  @Nullable Row restart(Row row, Instant now) {
    if (row.unique) {
      var twin = marks.putIfAbsent(row.spec.text(), row);
      if (twin != null) {
        return twin;
      }
    }
    move(row, new Event.Retry(), now);
    row.forgetEnd();
    return null;
  }

  /// Deletes a finished row.
  void forget(Row row) {
    leave(row);
    rows.remove(row.id);
    workflows.forgotten(row);
  }

  /// How many rows wait for keys that others hold.
  int blocked() {
    return blocked;
  }

  /// There may be more to claim than before.
  void gainReady() {
    gainedReady = true;
  }

  /// Whether a row became ready since the last call.
  boolean takeGainedReady() {
    var gained = gainedReady;
    gainedReady = false;
    return gained;
  }

  private void move(Row row, Place next, Instant now) {
    var wasOver = row.place instanceof Place.Finished;
    var from = row.place;
    leave(row);
    row.place = next;
    row.version++;
    enter(row, now);
    if (next instanceof Place.Finished && !wasOver) {
      workflows.ended(row);
    }
    if (from instanceof Place.Running
        || (from instanceof Place.Ready && !(next instanceof Place.Running))) {
      keys.share(row, now);
    }
  }

  private void leave(Row row) {
    row.queue.count(row.place.status(), -1);
    row.line = null;
    row.due = null;
    if (row.worker != null) {
      row.worker.release(row);
    }
    if (row.place instanceof Place.Running) {
      keys.hold(row, -1);
    }
    if (row.isBlocked()) {
      blocked--;
    }
  }

  private void enter(Row row, Instant now) {
    row.queue.count(row.place.status(), 1);
    if (row.isBlocked()) {
      blocked++;
    }
    switch (row.place) {
      case Place.Ready ready -> {
        row.queue.ready.add(row);
        if (row.expiresAt != null) {
          expiring.add(row);
        }
        gainedReady = true;
      }
      case Place.Deferred(var attempts, var delay) -> {
        row.due = DeferredRows.due(now, delay);
        deferred.add(row);
      }
      case Place.Parked(var attempts, var key) -> {
        if (!row.queue.park(row, key)) {
          keys.park(key, row);
        }
      }
      case Place.Finished finished -> {
        row.finishedAt = now;
        row.cancelRequested = false;
        if (row.unique) {
          marks.remove(row.spec.text(), row);
        }
        if (row.expiresAt != null) {
          expiring.remove(row);
        }
      }
      case Place.Running running -> keys.hold(row, 1);
      case Place.Waiting waiting -> {}
    }
  }

  private static @Nullable String runner(Row row) {
    return row.worker == null ? null : row.worker.info.workerId();
  }

  static int attemptsAt(Place place) {
    return switch (place) {
      case Place.Ready(var attempts) -> attempts;
      case Place.Deferred(var attempts, var delay) -> attempts;
      case Place.Parked(var attempts, var key) -> attempts;
      case Place.Waiting waiting -> 0;
      case Place.Running(var attempt) -> attempt;
      case Place.Finished(var outcome, var attempts) -> attempts;
    };
  }
}
