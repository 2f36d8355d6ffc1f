package io.reproq.store;

import io.reproq.json.Json;
import java.sql.Connection;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;

/// Passes every call on to another store. Whoever wants to see, time or change calls overrides
/// those.
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
  public int countBlocked(int most) {
    return store.countBlocked(most);
  }

  @Override
  public PoolUse pool() {
    return store.pool();
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
