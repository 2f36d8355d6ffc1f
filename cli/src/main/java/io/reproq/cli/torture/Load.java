package io.reproq.cli.torture;

import io.reproq.store.NewTask;
import io.reproq.store.NewWorkflow;
import io.reproq.store.TaskRun;
import io.reproq.store.TaskStore;
import io.reproq.store.WorkflowStatus;
import io.reproq.task.TaskStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
  private final Map<UUID, List<Long>> workflows = new TreeMap<>();
  private List<Long> unfinished = List.of();

  Load(TaskStore store, Mix mix) {
    this.store = store;
    this.mix = mix;
  }

  /// Enqueues at least `count` tasks: a workflow that was begun is enqueued as a whole.
  void enqueue(int count) {
    while (tasks.size() < count) {
      var batch = new ArrayList<Planned>();
      var most = Math.min(BATCH, count - tasks.size());
      for (var i = 0; i < most; i++) {
        batch.add(mix.next());
      }
      enqueue(batch);
      for (var i = 0; i < most / WORKFLOW_EACH && tasks.size() < count; i++) {
        enqueueWorkflow();
      }
    }
    unfinished = List.copyOf(tasks.keySet());
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
    for (var i = 0; i < members.size(); i++) {
      tasks.put(
          enqueued.resultIds().get(i), Planned.of(members.get(i).task(), TaskStatus.SUCCESSFUL));
    }
    workflows.put(enqueued.workflowId(), enqueued.resultIds());
  }

  /// How many of the tasks are not over. Asks only for those that were not before.
  long left() {
    var still = new ArrayList<Long>();
    for (var ids : batches(unfinished)) {
      store.find(ids).stream()
          .filter(run -> !run.standing().status().isTerminal())
          .forEach(run -> still.add(run.resultId()));
    }
    unfinished = List.copyOf(still);
    return still.size();
  }

  /// What was promised and does not hold.
  List<String> check() {
    var checker = new Checker();
    for (var ids : batches(List.copyOf(tasks.keySet()))) {
      var found =
          store.find(ids).stream()
              .collect(Collectors.toMap(TaskRun::resultId, Function.identity()));
      for (var id : ids) {
        checker.look(id, tasks.get(id), found.get(id));
      }
    }
    var violations = new ArrayList<>(checker.violations());
    for (var id : workflows.keySet()) {
      var status = store.findWorkflow(id).map(run -> run.status().name()).orElse("lost");
      if (!status.equals(WorkflowStatus.SUCCESSFUL.name())) {
        violations.add("workflow %s is %s, and not SUCCESSFUL".formatted(id, status));
      }
    }
    return violations;
  }

  private static List<List<Long>> batches(List<Long> ids) {
    var batches = new ArrayList<List<Long>>();
    for (var i = 0; i < ids.size(); i += BATCH) {
      batches.add(ids.subList(i, Math.min(ids.size(), i + BATCH)));
    }
    return batches;
  }
}
