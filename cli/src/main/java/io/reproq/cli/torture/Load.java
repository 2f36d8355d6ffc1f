package io.reproq.cli.torture;

import io.reproq.store.NewTask;
import io.reproq.store.NewWorkflow;
import io.reproq.store.TaskRun;
import io.reproq.store.TaskStore;
import io.reproq.store.WorkflowStatus;
import io.reproq.task.TaskStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;

/// The tasks of one run: enqueued, waited for, looked at. Used by one thread.
final class Load {
  private static final int BATCH = 200;

  /// Every so many tasks a workflow comes.
  private static final int WORKFLOW_EACH = 20;

  private final TaskStore store;
  private final Mix mix;
  private final Map<Long, Planned> tasks = new TreeMap<>();
  private final Map<Long, Ending> endings = new HashMap<>();
  private final Map<UUID, List<Step>> workflows = new LinkedHashMap<>();

  Load(TaskStore store, Mix mix) {
    this.store = store;
    this.mix = mix;
  }

  /// Enqueues a batch more of `count` tasks, or a few above: a workflow that was begun is enqueued
  /// as a whole.
  ///
  /// @return whether there are more to come
  boolean enqueue(int count) {
    var batch = new ArrayList<Planned>();
    var most = Math.min(BATCH, count - tasks.size());
    for (var i = 0; i < most; i++) {
      batch.add(mix.next());
    }
    enqueue(batch);
    for (var i = 0; i < most / WORKFLOW_EACH && tasks.size() < count; i++) {
      enqueueWorkflow();
    }
    return tasks.size() < count;
  }

  private void enqueue(List<Planned> batch) {
    var ids = store.enqueue(batch.stream().map(Planned::task).toList());
    var cancelled = new ArrayList<Long>();
    for (var i = 0; i < batch.size(); i++) {
      tasks.put(ids.get(i).resultId(), batch.get(i));
      if (batch.get(i).cancelled()) {
        cancelled.add(ids.get(i).resultId());
      }
    }
    store.cancel(cancelled);
  }

  private void enqueueWorkflow() {
    var members = mix.workflow();
    var last = members.getLast().predecessors().size() > 1 ? members.size() - 1 : null;
    var enqueued = store.enqueueWorkflow(new NewWorkflow(members, last, (NewTask) null));
    var ids = enqueued.resultIds();
    var steps = new ArrayList<Step>();
    for (var i = 0; i < members.size(); i++) {
      var id = ids.get(i);
      tasks.put(id, Planned.of(members.get(i).task(), TaskStatus.SUCCESSFUL));
      members.get(i).predecessors().forEach(member -> steps.add(new Step(ids.get(member), id)));
    }
    workflows.put(enqueued.workflowId(), steps);
  }

  /// How many of the tasks are not over. Asks only for those that were not before, and keeps how
  /// the others ended.
  long left() {
    var unfinished = tasks.keySet().stream().filter(id -> !endings.containsKey(id)).toList();
    for (var ids : batches(unfinished)) {
      store.find(ids).stream()
          .filter(run -> run.standing().status().isTerminal())
          .forEach(run -> endings.put(run.resultId(), Ending.of(run)));
    }
    return (long) tasks.size() - endings.size();
  }

  /// Reads all tasks again.
  ///
  /// @param checker is told
  void check(Checker checker) {
    for (var ids : batches(List.copyOf(tasks.keySet()))) {
      var found =
          store.find(ids).stream()
              .collect(Collectors.toMap(TaskRun::resultId, Function.identity()));
      for (var id : ids) {
        var planned = Objects.requireNonNull(tasks.get(id));
        checker.look(id, planned, endings.get(id), found.get(id));
      }
    }
    workflows.forEach((id, steps) -> {
      steps.forEach(step -> checker.follows(step.predecessor, step.successor));
      var status = store.findWorkflow(id).map(run -> run.status().name()).orElse("lost");
      if (!status.equals(WorkflowStatus.SUCCESSFUL.name())) {
        checker.violated("workflow %s is %s, and not SUCCESSFUL".formatted(id, status));
      }
    });
  }

  private static List<List<Long>> batches(List<Long> ids) {
    var batches = new ArrayList<List<Long>>();
    for (var i = 0; i < ids.size(); i += BATCH) {
      batches.add(ids.subList(i, Math.min(ids.size(), i + BATCH)));
    }
    return batches;
  }

  private record Step(long predecessor, long successor) {}
}
