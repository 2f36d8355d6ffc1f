package io.reproq.observe;

import io.reproq.store.CancelAnswer;
import io.reproq.store.Enqueued;
import io.reproq.store.EnqueuedWorkflow;
import io.reproq.store.ForwardingStore;
import io.reproq.store.NewTask;
import io.reproq.store.NewWorkflow;
import io.reproq.store.TaskStore;
import io.reproq.task.TaskStatus;
import java.sql.Connection;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/// Counts what is enqueued and cancelled through it. What is enqueued in a caller's transaction is
/// counted at once, whether or not that commits.
final class CountingStore extends ForwardingStore {
  private final TaskMeters meters;
  private final Sampler<Map<TaskStatus, Long>> sampler;

  /// @param sampler is closed with the store
  CountingStore(TaskStore store, TaskMeters meters, Sampler<Map<TaskStatus, Long>> sampler) {
    super(store);
    this.meters = meters;
    this.sampler = sampler;
  }

  @Override
  public List<Enqueued> enqueue(List<NewTask> tasks) {
    return counted(tasks, super.enqueue(tasks));
  }

  @Override
  public List<Enqueued> enqueue(Connection connection, List<NewTask> tasks) {
    return counted(tasks, super.enqueue(connection, tasks));
  }

  @Override
  public EnqueuedWorkflow enqueueWorkflow(NewWorkflow workflow) {
    var enqueued = super.enqueueWorkflow(workflow);
    count(workflow);
    return enqueued;
  }

  @Override
  public EnqueuedWorkflow enqueueWorkflow(Connection connection, NewWorkflow workflow) {
    var enqueued = super.enqueueWorkflow(connection, workflow);
    count(workflow);
    return enqueued;
  }

  /// The running ones are counted when their attempts end.
  @Override
  public List<CancelAnswer> cancel(List<Long> resultIds) {
    var answers = super.cancel(resultIds);
    var ended = Collections.frequency(answers, CancelAnswer.CANCELLED);
    if (ended > 0) {
      meters.cancelled(Labels.UNKNOWN, ended);
    }
    return answers;
  }

  private List<Enqueued> counted(List<NewTask> tasks, List<Enqueued> answers) {
    for (var i = 0; i < tasks.size(); i++) {
      if (answers.get(i) instanceof Enqueued.Created) {
        meters.scheduled(tasks.get(i).spec().taskPath());
      }
    }
    return answers;
  }

  private void count(NewWorkflow workflow) {
    for (var member : workflow.members()) {
      meters.scheduled(member.task().spec().taskPath());
    }
  }

  @Override
  public void close() {
    sampler.close();
    super.close();
  }
}
