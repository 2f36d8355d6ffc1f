package io.reproq.memory;

import io.reproq.json.Json;
import io.reproq.store.FailedQuery;
import io.reproq.store.FailedQuery.Mark;
import io.reproq.store.TaskQuery;
import io.reproq.store.TaskRun;
import io.reproq.store.TaskRun.Result;
import io.reproq.store.TaskRun.Standing;
import io.reproq.store.TaskRun.Times;
import io.reproq.task.Place;
import io.reproq.task.TaskStatus;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/// Shows rows to the world. Used under the store's lock only.
final class RowView {
  private static final Comparator<Mark> NEWEST_FIRST =
      Comparator.comparing(Mark::failedAt).thenComparingLong(Mark::resultId).reversed();

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

  /// The failed rows that match, the newest failure first.
  static List<TaskRun> failed(RowTable rows, FailedQuery query) {
    var found = new ArrayList<TaskRun>();
    var all =
        new TaskQuery(query.queue(), query.taskPath(), TaskStatus.FAILED, 0, Integer.MAX_VALUE);
    for (var run : list(rows, all)) {
      if (query.before() == null || NEWEST_FIRST.compare(query.before(), mark(run)) < 0) {
        found.add(run);
      }
    }
    found.sort(Comparator.comparing(RowView::mark, NEWEST_FIRST));
    return found.size() <= query.limit() ? found : List.copyOf(found.subList(0, query.limit()));
  }

  private static Mark mark(TaskRun run) {
    return new Mark(Objects.requireNonNull(run.times().failedAt()), run.resultId());
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
        new Result(row.value, row.errors, row.endedBy == null ? null : row.endedBy.summary()),
        extras(row));
  }

  private static TaskRun.Extras extras(Row row) {
    var membership = row.membership;
    var told = row.told;
    var extras =
        told == null
            ? TaskRun.Extras.NONE
            : TaskRun.Extras.NONE.telling(told.metadata, told.logsUri);
    if (membership == null) {
      return extras;
    }
    var workflow = membership.workflow;
    var follows = membership.predecessors.size() == 1 && !workflow.isCallback(row);
    var parentId = follows ? (Long) membership.predecessors.getFirst().id : null;
    return extras.in(workflow.id, parentId);
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
