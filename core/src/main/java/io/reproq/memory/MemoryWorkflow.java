package io.reproq.memory;

import io.reproq.store.NewTask;
import io.reproq.store.WorkflowRun;
import io.reproq.store.WorkflowRun.Ended;
import io.reproq.store.WorkflowStatus;
import io.reproq.task.Place;
import io.reproq.task.TaskStatus;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// How many members of a workflow have come how far. Mutable, used under the store's lock only.
final class MemoryWorkflow {
  final UUID id = UUID.randomUUID();
  final @Nullable NewTask onFailure;

  private final int expected;
  private final Instant createdAt;
  private int successes;
  private int failures;
  private @Nullable Row callback;
  private WorkflowStatus status;
  private Instant updatedAt;

  /// Rows that were not forgotten.
  private int rows;

  MemoryWorkflow(int expected, @Nullable NewTask onFailure, Instant now) {
    this.expected = expected;
    this.onFailure = onFailure;
    this.createdAt = now;
    this.updatedAt = now;
    this.status = WorkflowStatus.RUNNING;
  }

  void add(Row row, boolean isCallback) {
    rows++;
    if (isCallback) {
      callback = row;
    }
  }

  /// Whether `row` comes after all the others.
  boolean isCallback(Row row) {
    return row == callback;
  }

  /// Forgets one row, and says whether it was the last.
  boolean forget() {
    rows--;
    return rows == 0;
  }

  /// Counts `row`, which ended as `end` says, once more or, with -1, once less.
  void count(Row row, TaskStatus end, int more, Instant now) {
    updatedAt = now;
    if (row == callback) {
      return;
    }
    if (end == TaskStatus.SUCCESSFUL) {
      successes += more;
    } else {
      failures += more;
    }
  }

  /// Sees what it has come to, and says whether it has just failed.
  boolean turnsFailed() {
    var before = status;
    status =
        WorkflowStatus.of(
            expected, new Ended(successes, failures), callback == null ? null : callbackStatus());
    return status == WorkflowStatus.FAILED && before != status;
  }

  /// Whether no member can do anything more by itself.
  boolean isOver() {
    return successes + failures == expected && (callback == null || callbackStatus().isTerminal());
  }

  WorkflowRun show() {
    return new WorkflowRun(
        id,
        status,
        expected,
        new Ended(successes, failures),
        callback == null ? null : (Long) callback.id,
        createdAt,
        updatedAt);
  }

  private TaskStatus callbackStatus() {
    var place = callback == null ? new Place.Ready(0) : callback.place;
    return place.status();
  }
}
