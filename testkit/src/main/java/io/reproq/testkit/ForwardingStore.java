package io.reproq.testkit;

import io.reproq.json.Json;
import io.reproq.store.CancelAnswer;
import io.reproq.store.ClaimAnswer;
import io.reproq.store.ClaimRequest;
import io.reproq.store.Completed;
import io.reproq.store.Completion;
import io.reproq.store.Discarded;
import io.reproq.store.Enqueued;
import io.reproq.store.EnqueuedWorkflow;
import io.reproq.store.FailedQuery;
import io.reproq.store.Finding;
import io.reproq.store.LogPiece;
import io.reproq.store.LogQuery;
import io.reproq.store.NewTask;
import io.reproq.store.NewWorkflow;
import io.reproq.store.Note;
import io.reproq.store.Noted;
import io.reproq.store.Promoted;
import io.reproq.store.Pruned;
import io.reproq.store.Pruning;
import io.reproq.store.QueueStatus;
import io.reproq.store.Queues;
import io.reproq.store.RateLimits;
import io.reproq.store.Reclaimed;
import io.reproq.store.RenewAnswer;
import io.reproq.store.Replayed;
import io.reproq.store.Retried;
import io.reproq.store.Schedules;
import io.reproq.store.Settled;
import io.reproq.store.Settlement;
import io.reproq.store.TaskQuery;
import io.reproq.store.TaskRun;
import io.reproq.store.TaskStore;
import io.reproq.store.WorkerInfo;
import io.reproq.store.WorkerRow;
import io.reproq.store.WorkflowRun;
import java.sql.Connection;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;

/// Passes every call on to another store. A test overrides what it wants to go wrong.
public class ForwardingStore implements TaskStore {
  /// The store that calls are passed on to.
  protected final TaskStore store;

  public ForwardingStore(TaskStore store) {
    this.store = store;
  }

  @Override
  public String describe() {
    return store.describe();
  }

  @Override
  public List<Enqueued> enqueue(List<NewTask> tasks) {
    return store.enqueue(tasks);
  }

  @Override
  public List<Enqueued> enqueue(Connection connection, List<NewTask> tasks) {
    return store.enqueue(connection, tasks);
  }

  @Override
  public EnqueuedWorkflow enqueueWorkflow(NewWorkflow workflow) {
    return store.enqueueWorkflow(workflow);
  }

  @Override
  public EnqueuedWorkflow enqueueWorkflow(Connection connection, NewWorkflow workflow) {
    return store.enqueueWorkflow(connection, workflow);
  }

  @Override
  public void join(WorkerInfo worker) {
    store.join(worker);
  }

  @Override
  public void leave(UUID incarnation) {
    store.leave(incarnation);
  }

  @Override
  public ClaimAnswer claim(ClaimRequest request) {
    return store.claim(request);
  }

  @Override
  public List<Settled> settle(List<Settlement> settlements) {
    return store.settle(settlements);
  }

  @Override
  public List<Noted> note(List<Note> notes) {
    return store.note(notes);
  }

  @Override
  public Completed complete(Completion completion) throws Exception {
    return store.complete(completion);
  }

  @Override
  public RenewAnswer renew(UUID incarnation) {
    return store.renew(incarnation);
  }

  @Override
  public Set<Long> cancelRequests(UUID incarnation) {
    return store.cancelRequests(incarnation);
  }

  @Override
  public Promoted promote(int limit) {
    return store.promote(limit);
  }

  @Override
  public List<Reclaimed> reclaim(UUID observer) {
    return store.reclaim(observer);
  }

  @Override
  public List<CancelAnswer> cancel(List<Long> resultIds) {
    return store.cancel(resultIds);
  }

  @Override
  public List<Retried> retry(List<Long> resultIds) {
    return store.retry(resultIds);
  }

  @Override
  public List<Discarded> discard(List<Long> resultIds) {
    return store.discard(resultIds);
  }

  @Override
  public Replayed replay(long resultId) {
    return store.replay(resultId);
  }

  @Override
  public OptionalLong newest(String specHash) {
    return store.newest(specHash);
  }

  @Override
  public List<TaskRun> failed(FailedQuery query) {
    return store.failed(query);
  }

  @Override
  public List<TaskRun> find(Collection<Long> resultIds) {
    return store.find(resultIds);
  }

  @Override
  public List<TaskRun> list(TaskQuery query) {
    return store.list(query);
  }

  @Override
  public Json metadata(long resultId) {
    return store.metadata(resultId);
  }

  @Override
  public List<LogPiece> logs(LogQuery query) {
    return store.logs(query);
  }

  @Override
  public List<Json> results(long resultId) {
    return store.results(resultId);
  }

  @Override
  public Optional<WorkflowRun> findWorkflow(UUID workflowId) {
    return store.findWorkflow(workflowId);
  }

  @Override
  public Map<QueueStatus, Long> counts() {
    return store.counts();
  }

  @Override
  public Queues queues() {
    return store.queues();
  }

  @Override
  public List<WorkerRow> workers() {
    return store.workers();
  }

  @Override
  public Pruned prune(Pruning pruning) {
    return store.prune(pruning);
  }

  @Override
  public Schedules schedules() {
    return store.schedules();
  }

  @Override
  public List<Finding> examine() {
    return store.examine();
  }

  @Override
  public RateLimits limits() {
    return store.limits();
  }

  @Override
  public Runnable onWork(Runnable listener) {
    return store.onWork(listener);
  }

  @Override
  public void close() {
    store.close();
  }
}
