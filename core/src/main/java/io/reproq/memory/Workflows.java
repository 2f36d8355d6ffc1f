package io.reproq.memory;

import static io.reproq.task.TaskStatus.SUCCESSFUL;

import io.reproq.json.Json;
import io.reproq.store.EnqueuedWorkflow;
import io.reproq.store.FailureNotice;
import io.reproq.store.NewWorkflow;
import io.reproq.store.TaskRun.AttemptError;
import io.reproq.store.WorkflowRun;
import io.reproq.task.Event;
import io.reproq.task.Failure;
import io.reproq.task.Place;
import io.reproq.task.TaskStatus;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What the ends of rows mean for others. Used under the store's lock only.
///
/// Ends that follow from ends stand in a queue and not on the stack: a chain may be long.
final class Workflows {
  private final Places places;
  private final Map<UUID, MemoryWorkflow> known = new HashMap<>();
  private final Queue<Row> ended = new ArrayDeque<>();

  Workflows(Places places) {
    this.places = places;
  }

  EnqueuedWorkflow add(NewWorkflow tasks, Instant now) {
    var callback = tasks.callback();
    var expected = tasks.members().size() - (callback == null ? 0 : 1);
    var workflow = new MemoryWorkflow(expected, tasks.onFailure(), now);
    known.put(workflow.id, workflow);
    var rows = new ArrayList<Row>(tasks.members().size());
    for (var member : tasks.members()) {
      var predecessors = member.predecessors().stream().map(rows::get).toList();
      var row =
          places.add(
              member.task(), now, new Membership(workflow, predecessors, member.task().start()));
      predecessors.forEach(predecessor -> membership(predecessor).dependants.add(row));
      workflow.add(row, callback != null && callback == rows.size());
      rows.add(row);
    }
    workflow.turnsFailed();
    return new EnqueuedWorkflow(workflow.id, rows.stream().map(row -> row.id).toList());
  }

  Optional<WorkflowRun> find(UUID id) {
    return Optional.ofNullable(known.get(id)).map(MemoryWorkflow::show);
  }

  /// What the predecessors of `row` returned.
  List<Json> results(Row row) {
    var member = row.membership;
    if (member == null) {
      return List.of();
    }
    var values = new ArrayList<Json>();
    for (var predecessor : member.predecessors) {
      if (isKept(predecessor) && predecessor.place.status() == SUCCESSFUL) {
        values.add(predecessor.value == null ? Json.NULL : predecessor.value);
      }
    }
    return values;
  }

  /// A row has come to its end.
  void ended(Row row) {
    if (row.membership != null) {
      ended.add(row);
    }
  }

  /// Tells others of all that has ended, once the verb that ended it has done its work.
  void tell(Instant now) {
    for (var next = ended.poll(); next != null; next = ended.poll()) {
      tell(next, membership(next), now);
    }
  }

  private void tell(Row row, Membership member, Instant now) {
    var end = row.place.status();
    var root = member.failedWith == 0 ? row.id : member.failedWith;
    for (var dependant : member.dependants) {
      if (dependant.place instanceof Place.Waiting(var predecessors)) {
        if (end == SUCCESSFUL) {
          release(dependant, predecessors, now);
        } else {
          strand(dependant, root, now);
        }
      }
    }
    var workflow = member.workflow;
    workflow.count(row, end, 1, now);
    if (workflow.turnsFailed() && workflow.onFailure != null) {
      places.add(FailureNotice.told(workflow.onFailure, workflow.id, root), now, null);
    }
  }

  private void release(Row row, int predecessors, Instant now) {
    if (predecessors > 1) {
      row.place = new Place.Waiting(predecessors - 1);
    } else {
      places.move(row, new Event.Release(membership(row).delay(row.enqueuedAt, now)), now);
    }
  }

  private void strand(Row row, long root, Instant now) {
    membership(row).failedWith = root;
    row.addError(new AttemptError(Failure.STRANDED, 0, now, null, root));
    row.endedBy = Failure.STRANDED;
    places.move(row, new Event.Strand(), now);
  }

  /// The row that must be retried before `row` can be, null when none must.
  @Nullable Row obstacle(Row row) {
    @Nullable Row found = null;
    for (var next = badPredecessor(row); next != null; next = badPredecessor(next)) {
      found = next;
    }
    return found;
  }

  private @Nullable Row badPredecessor(Row row) {
    var member = row.membership;
    if (member != null) {
      for (var predecessor : member.predecessors) {
        if (isKept(predecessor) && isBad(predecessor.place.status())) {
          return predecessor;
        }
      }
    }
    return null;
  }

  /// A row that had failed is ready again: so wait those that could not run without it, where
  /// nothing else keeps them from it.
  ///
  /// @return the ids of those
  List<Long> retried(Row row, Instant now) {
    if (row.membership == null) {
      return List.of();
    }
    var ids = new ArrayList<Long>();
    var workflow = membership(row).workflow;
    workflow.count(row, TaskStatus.FAILED, -1, now);
    var revived = new ArrayDeque<Row>();
    for (@Nullable Row next = row; next != null; next = revived.poll()) {
      for (var dependant : membership(next).dependants) {
        if (dependant.place.status() == TaskStatus.FAILED
            && isKept(dependant)
            && badPredecessor(dependant) == null) {
          revive(dependant, now);
          workflow.count(dependant, TaskStatus.FAILED, -1, now);
          revived.add(dependant);
          ids.add(dependant.id);
        }
      }
    }
    workflow.turnsFailed();
    return ids;
  }

  private void revive(Row row, Instant now) {
    var member = membership(row);
    var open =
        member.predecessors.stream()
            .filter(predecessor -> predecessor.place.status() != SUCCESSFUL)
            .filter(this::isKept)
            .count();
    member.failedWith = 0;
    row.forgetEnd();
    places.move(row, new Event.Revive(Math.toIntExact(open)), now);
  }

  /// Whether nothing will ask for `row` any more: its workflow is over, and no failed row that an
  /// operator may retry depends on it.
  boolean mayForget(Row row) {
    var member = row.membership;
    return member == null
        || (member.workflow.isOver()
            && member.dependants.stream()
                .noneMatch(dependant ->
                    dependant.place.status() == TaskStatus.FAILED && isKept(dependant)));
  }

  void forgotten(Row row) {
    var member = row.membership;
    if (member != null && member.workflow.forget()) {
      known.remove(member.workflow.id);
    }
  }

  private boolean isKept(Row row) {
    return places.rows.get(row.id) == row;
  }

  private static boolean isBad(TaskStatus status) {
    return status == TaskStatus.FAILED || status == TaskStatus.CANCELLED;
  }

  private static Membership membership(Row row) {
    var member = row.membership;
    if (member == null) {
      throw new IllegalStateException("task " + row.id + " belongs to no workflow");
    }
    return member;
  }
}
