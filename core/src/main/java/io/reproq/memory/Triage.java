package io.reproq.memory;

import io.reproq.store.Discarded;
import io.reproq.store.NewTask;
import io.reproq.store.NewTask.Moment;
import io.reproq.store.Replayed;
import io.reproq.store.Retried;
import io.reproq.store.TaskRun.AttemptError;
import io.reproq.task.Event;
import io.reproq.task.Failure;
import io.reproq.task.TaskStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What an operator does about failed rows, and about those that are to be run anew. Used under the
/// store's lock only.
final class Triage {
  private final Places places;

  /// What the tasks that were retried brought back.
  private final Set<Long> revived = new HashSet<>();

  Triage(Places places) {
    this.places = places;
  }

  /// In the order of ids, so that the first of several twins goes on.
  List<Retried> retry(List<Long> ids, Instant now) {
    var answers = new HashMap<Long, Retried>();
    for (var id : new TreeSet<>(ids)) {
      answers.put(id, revived.contains(id) ? new Retried.Waiting() : retry(failed(id), now));
    }
    return ids.stream().map(answers::get).toList();
  }

  List<Discarded> discard(List<Long> ids, Instant now) {
    return ids.stream().map(id -> discard(failed(id), now)).toList();
  }

  Replayed replay(long id, Instant now) {
    var row = places.rows.get(id);
    if (row == null) {
      return new Replayed.Unknown();
    }
    var start = new Moment.After(Duration.ZERO);
    var task = new NewTask(row.spec, start, null, row.unique, row.headers);
    var twin = places.twinOf(task);
    return twin == null
        ? new Replayed.Enqueued(places.add(task, now, null).id)
        : new Replayed.TwinActive(twin.id);
  }

  private Retried retry(@Nullable Row row, Instant now) {
    if (row == null) {
      return new Retried.NotFailed();
    }
    var obstacle = places.workflows.obstacle(row);
    if (obstacle != null) {
      return new Retried.Blocked(obstacle.id);
    }
    var twin = places.restart(row, now);
    if (twin != null) {
      return new Retried.TwinActive(twin.id);
    }
    revived.addAll(places.workflows.retried(row, now));
    return new Retried.Ready();
  }

  private Discarded discard(@Nullable Row row, Instant now) {
    if (row == null) {
      return Discarded.NOT_FAILED;
    }
    row.addError(new AttemptError(Failure.DISCARDED, Places.attemptsAt(row.place), now, null));
    row.endedBy = Failure.DISCARDED;
    places.move(row, new Event.Discard(), now);
    return Discarded.CANCELLED;
  }

  private @Nullable Row failed(long id) {
    var row = places.rows.get(id);
    return row != null && row.place.status() == TaskStatus.FAILED ? row : null;
  }
}
