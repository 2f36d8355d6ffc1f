package io.reproq.testkit;

import io.reproq.store.CancelAnswer;
import io.reproq.store.ClaimAnswer;
import io.reproq.store.ClaimRequest;
import io.reproq.store.Enqueued;
import io.reproq.store.NewTask;
import io.reproq.store.Promoted;
import io.reproq.store.QueueStatus;
import io.reproq.store.Reclaimed;
import io.reproq.store.RenewAnswer;
import io.reproq.store.Settled;
import io.reproq.store.Settlement;
import io.reproq.store.TaskQuery;
import io.reproq.store.TaskRun;
import io.reproq.store.TaskStore;
import io.reproq.store.WorkerInfo;
import io.reproq.store.WorkerRow;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/// Passes every call on to another store. A test overrides what it wants to go wrong.
public class ForwardingStore implements TaskStore {
  private final TaskStore target;

  public ForwardingStore(TaskStore target) {
    this.target = target;
  }

  @Override
  public String describe() {
    return target.describe();
  }

  @Override
  public List<Enqueued> enqueue(List<NewTask> tasks) {
    return target.enqueue(tasks);
  }

  @Override
  public void join(WorkerInfo worker) {
    target.join(worker);
  }

  @Override
  public void leave(UUID incarnation) {
    target.leave(incarnation);
  }

  @Override
  public ClaimAnswer claim(ClaimRequest request) {
    return target.claim(request);
  }

  @Override
  public List<Settled> settle(List<Settlement> settlements) {
    return target.settle(settlements);
  }

  @Override
  public RenewAnswer renew(UUID incarnation) {
    return target.renew(incarnation);
  }

  @Override
  public Set<Long> cancelRequests(UUID incarnation) {
    return target.cancelRequests(incarnation);
  }

  @Override
  public Promoted promote(int limit) {
    return target.promote(limit);
  }

  @Override
  public List<Reclaimed> reclaim(UUID observer) {
    return target.reclaim(observer);
  }

  @Override
  public List<CancelAnswer> cancel(List<Long> resultIds) {
    return target.cancel(resultIds);
  }

  @Override
  public List<TaskRun> find(Collection<Long> resultIds) {
    return target.find(resultIds);
  }

  @Override
  public List<TaskRun> list(TaskQuery query) {
    return target.list(query);
  }

  @Override
  public Map<QueueStatus, Long> counts() {
    return target.counts();
  }

  @Override
  public List<WorkerRow> workers() {
    return target.workers();
  }

  @Override
  public Runnable onWork(Runnable listener) {
    return target.onWork(listener);
  }

  @Override
  public void close() {
    target.close();
  }
}
