package io.reproq.memory;

import io.reproq.json.Json;
import io.reproq.store.TaskQuery;
import io.reproq.store.TaskRun;
import io.reproq.store.TaskRun.Result;
import io.reproq.store.TaskRun.Standing;
import io.reproq.store.TaskRun.Times;
import io.reproq.task.Place;
import io.reproq.task.TaskStatus;
import java.util.ArrayList;
import java.util.List;

/// Shows rows to the world. Used under the store's lock only.
final class RowView {
  private RowView() {}

  static List<TaskRun> list(RowTable rows, TaskQuery query) {
    var found = new ArrayList<TaskRun>();
    for (var id = Math.max(query.afterId(), 0) + 1; id <= rows.lastId(); id++) {
      var row = rows.get(id);
      if (row != null && matches(row, query)) {
        found.add(show(row));
        if (found.size() == query.limit()) {
          break;
        }
      }
    }
    return found;
  }

  static TaskRun show(Row row) {
    var spec = row.spec;
    return new TaskRun(
        row.id,
        spec.taskPath(),
        row.queue.name,
        new Json(spec.text()),
        spec.hash(),
        row.headers,
        standing(row),
        times(row),
        new Result(row.value, row.errors, row.endedBy == null ? null : row.endedBy.summary()));
  }

  private static boolean matches(Row row, TaskQuery query) {
    return (query.queue() == null || query.queue().equals(row.queue.name))
        && (query.taskPath() == null || query.taskPath().equals(row.spec.taskPath()))
        && (query.status() == null || query.status() == row.place.status());
  }

  private static Standing standing(Row row) {
    var worker = row.worker;
    return new Standing(
        row.place.status(),
        row.place.label(),
        row.place instanceof Place.Parked(var attempts, var key) ? key : null,
        row.version,
        Places.attemptsAt(row.place),
        row.place instanceof Place.Waiting(var predecessors) ? predecessors : 0,
        row.cancelRequested,
        worker == null ? null : worker.info.workerId(),
        worker == null ? null : worker.leasedUntil,
        row.workerIds);
  }

  private static Times times(Row row) {
    var failed = row.place.status() == TaskStatus.FAILED;
    return new Times(
        row.enqueuedAt,
        row.due,
        row.startedAt,
        row.lastAttemptedAt,
        row.finishedAt,
        failed ? row.finishedAt : null,
        row.expiresAt);
  }
}
