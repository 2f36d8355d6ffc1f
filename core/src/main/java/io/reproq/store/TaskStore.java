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

/// What keeps tasks: memory, SQLite or PostgreSQL.
///
/// Every verb takes and returns lists, because one round trip per task is what makes queues slow;
/// answers stand in the order of the questions. Every verb is one transaction: all of it happens or
/// none. The store's clock decides every time. Safe for use by many threads.
///
/// Verbs stand in the order of a task's life.
///
/// @see io.reproq.task.Transitions which decides where a task goes
public interface TaskStore extends AutoCloseable {

  /// What this store is, for messages: its kind and place, never a password.
  String describe();

  /// Makes tasks durable. When this returns they are on disk, where there is one.
  ///
  /// @throws StoreException when it could not be done; then no task of the list was taken
  List<Enqueued> enqueue(List<NewTask> tasks);

  /// Makes tasks part of the caller's transaction: they are there when it commits, and never were
  /// when it does not. The connection is neither committed, rolled back, changed nor closed.
  ///
  /// Nothing is said to [#onWork] listeners: nobody here knows of the commit.
  ///
  /// @param connection to this store's database, in a transaction of the caller's
  /// @throws IllegalArgumentException when it is in none, or leads elsewhere; nothing was sent
  /// @throws StoreException when it could not be done; the caller's transaction is to be rolled
  ///   back, unless the message says that nothing was sent. Also when this store's tasks lie where
  ///   no transaction of a caller's can reach them.
  List<Enqueued> enqueue(Connection connection, List<NewTask> tasks);

  /// Makes all tasks of a workflow durable, or none. Those with predecessors wait for them.
  ///
  /// A member that fails or is cancelled ends all that cannot run without it: FAILED, kind
  /// `workflow_failed`. Others go on.
  EnqueuedWorkflow enqueueWorkflow(NewWorkflow workflow);

  /// Makes a workflow part of the caller's transaction.
  ///
  /// @see #enqueue(Connection, List)
  EnqueuedWorkflow enqueueWorkflow(Connection connection, NewWorkflow workflow);

  /// Enters a worker's incarnation, living from now on. Comes before its first claim.
  void join(WorkerInfo worker);

  /// Strikes a worker out. What it still holds goes back to be run again.
  ///
  /// Nothing happens when it is not there.
  void leave(UUID incarnation);

  /// Takes tasks to run, best rank first, up to each queue's quota.
  ///
  /// What is taken holds its keys until its attempt ends, and no key has more holders than the task
  /// that takes it allows. A task whose key is taken is parked under it, in the order of ranks;
  /// when a holder lets go, the next ones are ready again. A task whose time to start is over ends
  /// CANCELLED instead.
  ///
  /// A task whose path is another's is parked instead; one that is parked so is taken by the claim
  /// of a worker that may run it. A claim whose answer was lost is not sent again: the next one has
  /// a new id, and [#renew] finds what the lost one took.
  ClaimAnswer claim(ClaimRequest request);

  /// Writes what attempts came to, each fenced by its claim: only the attempt that holds the task
  /// may end it. Sending the same settlement again is harmless and answers the same, but for an
  /// outcome that did not end the task: that one may be answered as stale, applied or not.
  ///
  /// A requested cancel goes before a retry: such a task ends CANCELLED.
  List<Settled> settle(List<Settlement> settlements);

  /// Writes what running attempts tell of themselves, in the order given, each fenced by its claim
  /// like [#settle]. The same note sent again is harmless. What is noted stays with the task,
  /// whatever becomes of it, until it is pruned.
  List<Noted> note(List<Note> notes);

  /// Ends one attempt in the same transaction as effects of its handler: `completion` does its work
  /// on a connection of the store's, its settlement is written last, and both commit or neither. It
  /// is fenced like [#settle]. While it runs nobody may settle the same attempt.
  ///
  /// A commit whose answer was lost is looked up before this returns.
  ///
  /// @throws StoreException when it could not be done. When nobody knows whether it was, it is
  ///   transient, and [#settle] with the same fence finds out: an attempt that ended itself keeps
  ///   its end.
  /// @throws InterruptedException when the thread was interrupted while it waited for a connection
  /// @throws Exception what `completion` threw; nothing of it holds
  Completed complete(Completion completion) throws Exception;

  /// Prolongs a worker's lease, and says what the store thinks it holds.
  RenewAnswer renew(UUID incarnation);

  /// The ids of the running tasks of `incarnation` that somebody wants stopped.
  Set<Long> cancelRequests(UUID incarnation);

  /// Moves up to `limit` deferred tasks that are due to ready. Ends what is expired and in no
  /// attempt, and wakes tasks that wait for a key which is free.
  Promoted promote(int limit);

  /// Looks for dead workers and takes back what they held: a requested cancel goes before
  /// everything, then a task whose attempts are used up ends FAILED, others are ready again. Called
  /// often (see [DeathWatch]): what one call saw, the next one builds on.
  ///
  /// @param observer the incarnation that looks; it does not suspect itself
  List<Reclaimed> reclaim(UUID observer);

  /// Stops tasks: those not yet started end CANCELLED now; for running ones a request is kept,
  /// which their worker sees. A task that is over, or unknown, is left alone.
  List<CancelAnswer> cancel(List<Long> resultIds);

  /// Gives failed tasks all their attempts again, from now on. What went wrong stays told. A unique
  /// task of which a twin is under way stays as it is, and keeps no other from going on; of two
  /// failed twins the first by id goes on.
  ///
  /// @param resultIds each at most once
  List<Retried> retry(List<Long> resultIds);

  /// Gives failed tasks up: they end CANCELLED, now.
  ///
  /// @param resultIds each at most once
  List<Discarded> discard(List<Long> resultIds);

  /// Enqueues a task like the one with that id, whatever became of that: described alike, unique
  /// where it was, but to start at once, never to expire, and in no workflow.
  Replayed replay(long resultId);

  /// The newest task with that `spec_hash`. Looks through the tasks from the newest on, without an
  /// index.
  ///
  /// @param specHash lower-case hex digits
  OptionalLong newest(String specHash);

  /// The failed tasks that match, the newest failure first.
  List<TaskRun> failed(FailedQuery query);

  /// The tasks with these ids, in ascending order of id. Unknown ids are left out.
  List<TaskRun> find(Collection<Long> resultIds);

  /// The tasks that match, in ascending order of id.
  List<TaskRun> list(TaskQuery query);

  /// What was noted of a task, by whichever of its attempts: an empty object when that is nothing,
  /// or when there is no such task.
  Json metadata(long resultId);

  /// The pieces of a task's output that match, the oldest first.
  List<LogPiece> logs(LogQuery query);

  /// What the direct predecessors of a task in a workflow returned, in the order of members; none
  /// for a task without predecessors. Of those that did not succeed there is nothing.
  List<Json> results(long resultId);

  /// A workflow, empty when there is none.
  Optional<WorkflowRun> findWorkflow(UUID workflowId);

  /// How many tasks there are by queue and status. Costs the same however many tasks there are.
  /// Zeroes may be left out.
  Map<QueueStatus, Long> counts();

  /// How many tasks wait for a key that others hold, as claims found them: a task whose turn has
  /// not come yet is not among them. Counts no further than `most`.
  int countBlocked(int most);

  /// How its connections are used, where it has a pool of its own.
  default PoolUse pool() {
    return PoolUse.NONE;
  }

  /// Which queues are paused, and who changes that.
  Queues queues();

  /// The workers that are entered, living or not yet found dead, by worker id.
  List<WorkerRow> workers();

  /// Deletes finished tasks with all that hangs on them, in ascending order of id, and counts them
  /// out. Nothing is ever deleted otherwise.
  Pruned prune(Pruning pruning);

  /// What is enqueued by the clock.
  Schedules schedules();

  /// Looks at the database's health, and says what is wrong or may go wrong, the worst first.
  List<Finding> examine();

  /// The limits on how many tasks start in a second. A claim heeds them: a task for which there is
  /// no token is parked under [RateLimit#parkingKey], and taken by the first claim when there is
  /// one again. Only a task that starts uses a token.
  RateLimits limits();

  /// Calls `listener` whenever there may be new work to claim, from any thread, often and in vain.
  /// It must not block.
  ///
  /// @return takes the listener away
  Runnable onWork(Runnable listener);

  /// Gives up all that is held. Calls under way may fail. Closing again does nothing.
  @Override
  void close();
}
