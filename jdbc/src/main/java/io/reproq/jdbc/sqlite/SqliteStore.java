package io.reproq.jdbc.sqlite;

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
import io.reproq.task.TaskStatus;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Tasks in an SQLite file. How it works stands with the package. Safe for use by many threads, and
/// by several processes on one file.
final class SqliteStore implements TaskStore {
  static final Queries SQL = Queries.of(SqliteStore.class, "store.sql");
  static final Queries READ = Queries.of(SqliteStore.class, "read.sql");

  private static final Query BLOCKED = READ.get("blocked");
  private static final Query COUNTS = READ.get("counts");
  private static final Query CANCEL_REQUESTS = READ.get("cancel_requests");
  private static final Query NEWEST = FailedTask.SQL.get("newest");

  private final SqliteFile file;
  private final StoreProvider.Settings settings;
  private final WorkSignal signal;
  private final Writer writer;
  private final Readers readers;
  private final Workers workers;
  private final SqliteSchedules schedules;
  private final Sweep sweep = new Sweep();

  private SqliteStore(SqliteFile file, StoreProvider.Settings settings, WorkSignal signal)
      throws SQLException {
    this.file = file;
    this.settings = settings;
    this.signal = signal;
    this.writer = new Writer(file, settings.time(), signal::tell, Writer.PATIENCE);
    this.readers = new Readers(file);
    this.workers = new Workers(writer, readers, settings.time(), new HolderLocks(file.path()));
    this.schedules = new SqliteSchedules(writer, readers, settings.time());
  }

  /// Opens the store in `file`, and migrates it first when `settings` say so.
  ///
  /// @throws StoreException when that cannot be done, saying what to do
  static SqliteStore open(SqliteFile file, StoreProvider.Settings settings) {
    if (settings.migrate()) {
      file.migrations().run();
    } else {
      refuseOld(file);
    }
    var store = started(file, settings);
    try {
      store.writer.write("set the order of", new Aging(settings.rank()));
    } catch (StoreException e) {
      store.close();
      throw e;
    }
    return store;
  }

  private static SqliteStore started(SqliteFile file, StoreProvider.Settings settings) {
    WorkSignal signal = null;
    try {
      signal = new WorkSignal(file);
      return new SqliteStore(file, settings, signal);
    } catch (SQLException e) {
      if (signal != null) {
        signal.close();
      }
      throw file.failure("open", e);
    }
  }

  private static void refuseOld(SqliteFile file) {
    var missing = file.migrations().missing();
    if (!missing.isEmpty()) {
      throw new StoreException(
          "the %s lacks %d of the schema's steps, from %s on: run reproq migrate"
              .formatted(file.describe(), missing.size(), missing.getFirst().name()),
          false,
          null);
    }
  }

  @Override
  public String describe() {
    return file.describe();
  }

  @Override
  public List<Enqueued> enqueue(List<NewTask> tasks) {
    return tasks.isEmpty() ? List.of() : writer.write("enqueue into", Enqueue.of(tasks));
  }

  @Override
  public List<Enqueued> enqueue(Connection connection, List<NewTask> tasks) {
    return new CallersTransaction(file, connection)
        .run(
            "enqueue into",
            tasks.isEmpty() ? transaction -> List.of() : Enqueue.of(tasks),
            settings.time().now());
  }

  @Override
  public EnqueuedWorkflow enqueueWorkflow(NewWorkflow workflow) {
    return writer.write("enqueue a workflow into", new EnqueueWorkflow(workflow));
  }

  @Override
  public EnqueuedWorkflow enqueueWorkflow(Connection connection, NewWorkflow workflow) {
    return new CallersTransaction(file, connection)
        .run("enqueue a workflow into", new EnqueueWorkflow(workflow), settings.time().now());
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
    var taken = writer.write("claim from", new Claim(request));
    if (taken == null) {
      return new ClaimAnswer.WorkerGone();
    }
    // Read here and not on the writer's thread, which others wait for.
    var tasks =
        taken.taken().stream()
            .map(task ->
                new ClaimedTask(
                    task.resultId(),
                    request.claimId(),
                    task.attempts() + 1,
                    task.startWithin(taken.at()),
                    task.origin(taken.at()),
                    description(task.spec())))
            .toList();
    return new ClaimAnswer.Taken(tasks, taken.moved(), taken.retryIn());
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
    return settlements.isEmpty()
        ? List.of()
        : writer.write("settle tasks in", new Settle(settlements));
  }

  @Override
  public List<Noted> note(List<Note> notes) {
    return notes.isEmpty() ? List.of() : writer.write("take notes in", new TakeNotes(notes));
  }

  @Override
  public Completed complete(Completion completion) {
    throw new StoreException(
        "tasks in an SQLite file cannot be completed together with the effects of their handlers:"
            + " the file has one writer at a time, and heartbeats would wait for the handler; use"
            + " postgres://…",
        false,
        null);
  }

  @Override
  public RenewAnswer renew(UUID incarnation) {
    return workers.renew(incarnation);
  }

  @Override
  public Set<Long> cancelRequests(UUID incarnation) {
    return readers.read(
        "look for cancel requests in",
        source ->
            new HashSet<>(
                source
                    .on(CANCEL_REQUESTS)
                    .set("incarnation", Values.bytes(incarnation))
                    .list(row -> row.number("result_id"))));
  }

  @Override
  public Promoted promote(int limit) {
    // Nearly always nothing is due, and to see that takes no lock.
    var now = settings.time().now();
    var next = readers.read("look for due tasks in", source -> Promote.look(source, now));
    return next.isDue()
        ? writer.write("promote tasks in", new Promote(limit, sweep))
        : new Promoted(0, next.delay());
  }

  @Override
  public List<Reclaimed> reclaim(UUID observer) {
    if (readers.read("look for untold ends in", Workflows::hasUntold)) {
      writer.write("tell of ends in", Workflows::tellUntold);
    }
    return workers.reclaim(observer);
  }

  @Override
  public List<CancelAnswer> cancel(List<Long> resultIds) {
    return resultIds.isEmpty() ? List.of() : writer.write("cancel tasks in", new Cancel(resultIds));
  }

  @Override
  public List<Retried> retry(List<Long> resultIds) {
    return resultIds.isEmpty() ? List.of() : writer.write("retry tasks of", new Retry(resultIds));
  }

  @Override
  public List<Discarded> discard(List<Long> resultIds) {
    return resultIds.isEmpty()
        ? List.of()
        : writer.write("discard tasks of", new Discard(resultIds));
  }

  @Override
  public Replayed replay(long resultId) {
    return writer.write("replay a task of", new Replay(resultId));
  }

  @Override
  public OptionalLong newest(String specHash) {
    return readers.read(
        "look for a task in",
        source -> {
          var id = source.on(NEWEST).set("spec_hash", specHash).number("result_id");
          return id == null ? OptionalLong.empty() : OptionalLong.of(id);
        });
  }

  @Override
  public List<TaskRun> failed(FailedQuery query) {
    return readers.read("list failed tasks of", source -> new TaskRuns(source).failed(query));
  }

  @Override
  public List<TaskRun> find(Collection<Long> resultIds) {
    return readers.read("read", source -> new TaskRuns(source).find(resultIds));
  }

  @Override
  public List<TaskRun> list(TaskQuery query) {
    return readers.read("list tasks of", source -> new TaskRuns(source).list(query));
  }

  @Override
  public Json metadata(long resultId) {
    return readers.read("read", source -> NoteRows.metadata(source, resultId));
  }

  @Override
  public List<LogPiece> logs(LogQuery query) {
    return readers.read("read output in", source -> NoteRows.pieces(source, query));
  }

  @Override
  public List<Json> results(long resultId) {
    return readers.read("read results of", source -> Workflows.results(source, resultId));
  }

  @Override
  public Optional<WorkflowRun> findWorkflow(UUID workflowId) {
    return readers.read("read", source -> Workflows.find(source, workflowId));
  }

  @Override
  public Map<QueueStatus, Long> counts() {
    var order = Comparator.comparing(QueueStatus::queue).thenComparing(QueueStatus::status);
    return readers.read(
        "count the tasks of",
        source ->
            source
                .on(COUNTS)
                .list(row ->
                    Map.entry(
                        new QueueStatus(
                            row.text("queue_name"), TaskStatus.valueOf(row.text("status"))),
                        row.number("tasks")))
                .stream()
                .collect(
                    Collectors.toMap(
                        Map.Entry::getKey,
                        Map.Entry::getValue,
                        Long::sum,
                        () -> new TreeMap<>(order))));
  }

  @Override
  public int countBlocked(int most) {
    var tasks =
        readers.read(
            "count the blocked tasks of",
            source -> source.on(BLOCKED).set("most", most).number("tasks"));
    return tasks == null ? 0 : Math.toIntExact(Math.min(most, tasks));
  }

  @Override
  public PoolUse pool() {
    return readers.use();
  }

  @Override
  public Queues queues() {
    return new SqliteQueues(writer, readers);
  }

  @Override
  public List<WorkerRow> workers() {
    return readers.read("list the workers of", WorkerRows::all);
  }

  @Override
  public Pruned prune(Pruning pruning) {
    return writer.write("prune", new Prune(pruning));
  }

  @Override
  public Schedules schedules() {
    return schedules;
  }

  @Override
  public List<Finding> examine() {
    return readers.read("examine", new Examination());
  }

  @Override
  public RateLimits limits() {
    return new RateLimitRows(writer, readers);
  }

  @Override
  public Runnable onWork(Runnable listener) {
    return signal.listen(listener);
  }

  @Override
  public void close() {
    signal.close();
    writer.close();
    readers.close();
    workers.close();
  }
}
