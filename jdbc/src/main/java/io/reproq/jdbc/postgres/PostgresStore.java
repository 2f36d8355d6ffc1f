package io.reproq.jdbc.postgres;

import io.reproq.clock.TimeSource;
import io.reproq.jdbc.Queries;
import io.reproq.jdbc.Query;
import io.reproq.json.Json;
import io.reproq.store.CancelAnswer;
import io.reproq.store.ClaimAnswer;
import io.reproq.store.ClaimRequest;
import io.reproq.store.ClaimedTask;
import io.reproq.store.ClaimedTask.Description;
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
import io.reproq.store.PoolUse;
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
import io.reproq.store.StoreException;
import io.reproq.store.StoreProvider;
import io.reproq.store.TaskQuery;
import io.reproq.store.TaskRun;
import io.reproq.store.TaskStore;
import io.reproq.store.WorkerInfo;
import io.reproq.store.WorkerRow;
import io.reproq.store.WorkflowRun;
import io.reproq.task.InvalidSpecException;
import io.reproq.task.Spec;
import java.sql.Connection;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tasks in a PostgreSQL database. How it works stands with the package. Safe for use by many
/// threads, and by many processes on one database.
final class PostgresStore implements TaskStore {
  static final Logger LOG = LoggerFactory.getLogger(PostgresStore.class);
  static final Queries SQL = Queries.of(PostgresStore.class, "store.sql");
  static final Queries READ = Queries.of(PostgresStore.class, "read.sql");

  private static final Query BLOCKED = READ.get("blocked");
  private static final Query CANCEL_REQUESTS = READ.get("cancel_requests");

  private final Database database;
  private final TimeSource time;
  private final WorkSignal signal;
  private final Runner runner;
  private final Lifeline lifeline;
  private final Workers workers;
  private final Upkeep upkeep;
  private final WorkerNumbers numbers = new WorkerNumbers();
  private final Complete complete;
  private final PostgresSchedules schedules;
  private final Keys keys;
  private final RateLimits limits;

  /// Null where another clock than the database's decides: it may be set between two looks.
  private final @Nullable Outlook outlook;

  private PostgresStore(Database database, TimeSource time) {
    this.database = database;
    this.time = time;
    this.signal = new WorkSignal();
    var clock = time.equals(TimeSource.system()) ? null : time;
    // Telling the others is a verb too, but brings no work itself.
    var quiet = new Runner(database, clock, () -> {});
    this.runner = new Runner(database, clock, () -> signal.announce(quiet));
    this.lifeline = new Lifeline(database, signal::tell);
    this.outlook = clock == null ? new Outlook() : null;
    this.workers = new Workers(runner, time, lifeline, outlook);
    this.upkeep = new Upkeep(runner, time);
    this.keys = new Keys(runner);
    this.complete = new Complete(database, runner, numbers, clock);
    this.schedules = new PostgresSchedules(runner);
    this.limits = new RateLimitRows(runner);
  }

  /// Opens the store in `database`, and migrates it first when `settings` say so.
  ///
  /// @throws StoreException when that cannot be done, saying what to do; then `database` is closed
  static PostgresStore open(Database database, StoreProvider.Settings settings) {
    try {
      database.check();
      if (settings.migrate()) {
        database.migrations().run(notice -> LOG.info("{}: {}", database.describe(), notice));
      } else {
        refuseOld(database);
      }
      var store = new PostgresStore(database, settings.time());
      store.runner.run("set the order of", new Aging(settings.rank()));
      return store;
    } catch (StoreException e) {
      database.close();
      throw e;
    }
  }

  private static void refuseOld(Database database) {
    var missing = database.migrations().missing();
    if (!missing.isEmpty()) {
      throw new StoreException(
          "the %s lacks %d of the schema's steps, from %s on: run reproq migrate"
              .formatted(database.describe(), missing.size(), missing.getFirst().name()),
          false,
          null);
    }
  }

  @Override
  public String describe() {
    return database.describe();
  }

  @Override
  public List<Enqueued> enqueue(List<NewTask> tasks) {
    try {
      return tasks.isEmpty() ? List.of() : runner.run("enqueue into", Enqueue.of(tasks, runner));
    } finally {
      wrote();
    }
  }

  @Override
  public List<Enqueued> enqueue(Connection connection, List<NewTask> tasks) {
    database.checkTransaction(connection);
    upkeep.counted();
    return tasks.isEmpty()
        ? List.of()
        : runner.join("enqueue into", connection, Enqueue.joining(tasks));
  }

  @Override
  public EnqueuedWorkflow enqueueWorkflow(NewWorkflow workflow) {
    try {
      return runner.run("enqueue a workflow into", new EnqueueWorkflow(workflow));
    } finally {
      wrote();
    }
  }

  @Override
  public EnqueuedWorkflow enqueueWorkflow(Connection connection, NewWorkflow workflow) {
    database.checkTransaction(connection);
    upkeep.counted();
    return runner.join("enqueue a workflow into", connection, new EnqueueWorkflow(workflow));
  }

  @Override
  public void join(WorkerInfo worker) {
    workers.join(worker);
  }

  @Override
  public void leave(UUID incarnation) {
    workers.leave(incarnation);
  }

  @Override
  public ClaimAnswer claim(ClaimRequest request) {
    upkeep.counted();
    var caught = runner.runOnce("claim from", new Claim(request, true));
    if (caught != null && !caught.ownKeys().isEmpty()) {
      runner.run("unpark tasks in", new Unpark(request.quotas(), caught.ownKeys()));
      caught = runner.runOnce("claim from", new Claim(request, false));
    }
    if (caught == null) {
      return new ClaimAnswer.WorkerGone();
    }
    cancel(caught.passed().doomed());
    keys.expire(caught.passed().expired());
    var isPromoted = runner.pass(caught.passed().leftKeys());
    upkeep.moved(caught.taken().size());
    var tasks =
        caught.taken().stream()
            .map(task ->
                new ClaimedTask(
                    task.resultId(),
                    request.claimId(),
                    task.attempt(),
                    task.startWithin(),
                    task.origin(),
                    description(task.spec())))
            .toList();
    return new ClaimAnswer.Taken(
        tasks, caught.moved() || isPromoted || !caught.passed().isEmpty(), caught.retryIn());
  }

  private static Description description(@Nullable String spec) {
    if (spec == null) {
      return new Description.Broken("the task's description is missing");
    }
    try {
      return new Description.Valid(Spec.stored(spec));
    } catch (InvalidSpecException e) {
      return new Description.Broken(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public List<Settled> settle(List<Settlement> settlements) {
    try {
      return settlements.isEmpty()
          ? List.of()
          : runner.run("settle tasks in", new Settle(settlements, numbers));
    } finally {
      wrote();
    }
  }

  /// Counts a verb that changes counters, and may have deferred a task.
  private void wrote() {
    upkeep.counted();
    if (outlook != null) {
      outlook.forget();
    }
  }

  @Override
  public List<Noted> note(List<Note> notes) {
    return notes.isEmpty() ? List.of() : runner.run("take notes in", new TakeNotes(notes, numbers));
  }

  @Override
  public Completed complete(Completion completion) throws Exception {
    upkeep.counted();
    return complete.run(completion);
  }

  @Override
  public RenewAnswer renew(UUID incarnation) {
    return workers.renew(incarnation);
  }

  @Override
  public Set<Long> cancelRequests(UUID incarnation) {
    return runner.run(
        "look for cancel requests in",
        transaction ->
            new HashSet<>(
                transaction
                    .on(CANCEL_REQUESTS)
                    .set("incarnation", incarnation)
                    .list(row -> row.number("result_id"))));
  }

  @Override
  public Promoted promote(int limit) {
    var seen = outlook == null ? null : outlook.at(time.nanoTime());
    if (outlook == null || outlook.sweeps(seen, time.nanoTime())) {
      keys.sweep();
    }
    if (seen != null) {
      return new Promoted(0, seen.nextDue());
    }
    // Nearly always nothing is due, and to see that takes no lock.
    var wait = nextDue();
    if (wait == null || !wait.isZero()) {
      return new Promoted(0, wait);
    }
    var moved = runner.run("promote tasks in", new Promote(limit));
    cancel(moved.doomed());
    return new Promoted(moved.promoted(), nextDue());
  }

  private @Nullable Duration nextDue() {
    return runner
        .run(
            "look for due tasks in",
            transaction -> Optional.ofNullable(Promote.nextDue(transaction)))
        .orElse(null);
  }

  @Override
  public List<Reclaimed> reclaim(UUID observer) {
    upkeep.look();
    return workers.reclaim(observer);
  }

  @Override
  public List<CancelAnswer> cancel(List<Long> resultIds) {
    if (resultIds.isEmpty()) {
      return List.of();
    }
    var answers = runner.run("cancel tasks in", new Cancel(resultIds));
    if (answers.contains(CancelAnswer.CANCELLED)) {
      keys.pass(resultIds);
    }
    return answers;
  }

  @Override
  public List<Retried> retry(List<Long> resultIds) {
    upkeep.counted();
    return resultIds.isEmpty() ? List.of() : runner.runOnce("retry tasks of", new Retry(resultIds));
  }

  @Override
  public List<Discarded> discard(List<Long> resultIds) {
    upkeep.counted();
    return resultIds.isEmpty()
        ? List.of()
        : runner.runOnce("discard tasks of", new Discard(resultIds));
  }

  @Override
  public Replayed replay(long resultId) {
    upkeep.counted();
    return runner.runOnce("replay a task of", new Replay(resultId));
  }

  @Override
  public OptionalLong newest(String specHash) {
    return Replay.newest(runner, specHash);
  }

  @Override
  public List<TaskRun> failed(FailedQuery query) {
    return runner.run(
        "list failed tasks of", transaction -> new TaskRuns(transaction).failed(query));
  }

  @Override
  public List<TaskRun> find(Collection<Long> resultIds) {
    return runner.run("read", transaction -> new TaskRuns(transaction).find(resultIds));
  }

  @Override
  public List<TaskRun> list(TaskQuery query) {
    return runner.run("list tasks of", transaction -> new TaskRuns(transaction).list(query));
  }

  @Override
  public Json metadata(long resultId) {
    return runner.run("read", transaction -> NoteRows.metadata(transaction, resultId));
  }

  @Override
  public List<LogPiece> logs(LogQuery query) {
    return runner.run("read output in", transaction -> NoteRows.pieces(transaction, query));
  }

  @Override
  public List<Json> results(long resultId) {
    return runner.run("read results of", transaction -> Workflows.results(transaction, resultId));
  }

  @Override
  public Optional<WorkflowRun> findWorkflow(UUID workflowId) {
    return runner.run("read", transaction -> Workflows.find(transaction, workflowId));
  }

  @Override
  public Map<QueueStatus, Long> counts() {
    return runner.run("count the tasks of", new Counters());
  }

  @Override
  public int countBlocked(int most) {
    var tasks =
        runner.run(
            "count the blocked tasks of",
            transaction -> transaction.on(BLOCKED).set("most", most).number("tasks"));
    return tasks == null ? 0 : Math.toIntExact(Math.min(most, tasks));
  }

  @Override
  public PoolUse pool() {
    return database.use();
  }

  @Override
  public Queues queues() {
    return new PostgresQueues(runner);
  }

  @Override
  public List<WorkerRow> workers() {
    return runner.run("list the workers of", new WorkerRows());
  }

  @Override
  public Pruned prune(Pruning pruning) {
    return new Prune(runner).prune(pruning);
  }

  @Override
  public Schedules schedules() {
    return schedules;
  }

  @Override
  public List<Finding> examine() {
    return runner.run("examine", new Examination(time));
  }

  @Override
  public RateLimits limits() {
    return limits;
  }

  @Override
  public Runnable onWork(Runnable listener) {
    var remove = signal.listen(listener);
    lifeline.listen();
    return remove;
  }

  @Override
  public void close() {
    signal.close();
    lifeline.close();
    database.close();
  }
}
