package io.reproq.memory;

import io.reproq.clock.TimeSource;
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
import io.reproq.store.StoreException;
import io.reproq.store.StoreProvider.Settings;
import io.reproq.store.TaskQuery;
import io.reproq.store.TaskRun;
import io.reproq.store.TaskStore;
import io.reproq.store.WorkerInfo;
import io.reproq.store.WorkerRow;
import io.reproq.store.WorkflowRun;
import io.reproq.task.Event;
import io.reproq.task.Rank;
import io.reproq.task.TaskStatus;
import java.sql.Connection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A store in this process's memory. Fast, the same in everything that the port promises, and gone
/// with the process.
///
/// ## Threads
///
/// Safe for use by many. One lock guards everything and is taken once for each call, however many
/// tasks the call is about. Listeners are called without it.
public final class MemoryStore implements TaskStore {
  private final TimeSource time;
  private final ReentrantLock lock = new ReentrantLock();
  private final Places places;
  private final Workers workers = new Workers();
  private final MemoryQueues queues;
  private final Claims claims;
  private final RateLimits limits;
  private final Endings endings;
  private final MemorySchedules schedules;
  private final Map<Object, Runnable> listeners = new ConcurrentHashMap<>();
  private boolean closed;

  /// An empty store.
  public MemoryStore(Settings settings) {
    time = settings.time();
    places = new Places(Objects.requireNonNullElse(settings.rank(), Rank.DEFAULT));
    queues = new MemoryQueues(places, this::transact);
    places.keys.passOver(queues::isPaused);
    var buckets = new Buckets(time.now());
    claims = new Claims(places, workers, queues, buckets);
    limits = new MemoryLimits(buckets, places, this::transact);
    endings = new Endings(places);
    schedules = new MemorySchedules(places, this::transact);
  }

  @Override
  public String describe() {
    return "memory:";
  }

  @Override
  public List<Enqueued> enqueue(List<NewTask> tasks) {
    // Makes the texts that are needed before anything is taken: a spec may turn out to have none.
    for (var task : tasks) {
      if (task.unique()) {
        task.spec().text();
      }
    }
    return transact(now -> {
      var answers = new ArrayList<Enqueued>(tasks.size());
      for (var task : tasks) {
        var twin = places.twinOf(task);
        answers.add(
            twin == null
                ? new Enqueued.Created(places.add(task, now, null).id)
                : new Enqueued.Duplicate(twin.id));
      }
      return answers;
    });
  }

  @Override
  public List<Enqueued> enqueue(Connection connection, List<NewTask> tasks) {
    throw withoutTransactions("enqueue tasks in your transaction; nothing was sent");
  }

  @Override
  public EnqueuedWorkflow enqueueWorkflow(NewWorkflow workflow) {
    return transact(now -> places.workflows.add(workflow, now));
  }

  @Override
  public EnqueuedWorkflow enqueueWorkflow(Connection connection, NewWorkflow workflow) {
    throw withoutTransactions("enqueue a workflow in your transaction; nothing was sent");
  }

  @Override
  public void join(WorkerInfo worker) {
    transact(now -> {
      workers.join(worker, now);
      return worker;
    });
    // What was parked for want of it can be claimed now.
    callListeners();
  }

  @Override
  public void leave(UUID incarnation) {
    transact(now -> {
      var worker = workers.remove(incarnation);
      for (var row : heldBy(worker)) {
        endings.giveBack(row, now);
      }
      return incarnation;
    });
    // What it alone listed can be claimed by others now.
    callListeners();
  }

  @Override
  public ClaimAnswer claim(ClaimRequest request) {
    return transact(now -> claims.claim(request, now));
  }

  @Override
  public List<Settled> settle(List<Settlement> settlements) {
    return transact(now -> {
      var answers = new ArrayList<Settled>(settlements.size());
      for (var settlement : settlements) {
        answers.add(endings.settle(settlement, now));
      }
      return answers;
    });
  }

  @Override
  public List<Noted> note(List<Note> notes) {
    return transact(
        now -> notes.stream().map(note -> MemoryNotes.keep(places, note, now)).toList());
  }

  @Override
  public Completed complete(Completion completion) {
    throw withoutTransactions("complete a task together with the effects of its handler");
  }

  private static StoreException withoutTransactions(String what) {
    return new StoreException(
        "tasks in memory know no transactions, so they cannot "
            + what
            + "; use postgres://… or, to enqueue, sqlite:FILE",
        false,
        null);
  }

  @Override
  public RenewAnswer renew(UUID incarnation) {
    return transact(now -> {
      var worker = workers.get(incarnation);
      if (worker == null) {
        return new RenewAnswer.Gone();
      }
      worker.renew(now);
      var held = new HashSet<RenewAnswer.Held>();
      for (var row : worker.held) {
        if (row.claim != null) {
          held.add(new RenewAnswer.Held(row.id, row.claim, row.attempt()));
        }
      }
      return new RenewAnswer.Alive(held);
    });
  }

  @Override
  public Set<Long> cancelRequests(UUID incarnation) {
    return transact(now -> {
      var requested = new HashSet<Long>();
      var worker = workers.get(incarnation);
      if (worker != null) {
        for (var row : worker.held) {
          if (row.cancelRequested) {
            requested.add(row.id);
          }
        }
      }
      return requested;
    });
  }

  @Override
  public Promoted promote(int limit) {
    return transact(now -> {
      places.sweep(now);
      var count = 0;
      while (count < limit) {
        var row = places.deferred.pollDue(now);
        if (row == null) {
          break;
        }
        places.move(row, new Event.Promote(), now);
        count++;
      }
      return new Promoted(count, places.deferred.nextDue(now));
    });
  }

  @Override
  public List<Reclaimed> reclaim(UUID observer) {
    return transact(now -> {
      var reclaimed = new ArrayList<Reclaimed>();
      for (var worker : workers.bury(observer, time, now)) {
        for (var row : heldBy(worker)) {
          reclaimed.add(endings.reclaim(row, worker.info.workerId(), now));
        }
      }
      return reclaimed;
    });
  }

  @Override
  public List<CancelAnswer> cancel(List<Long> resultIds) {
    return transact(now -> {
      var answers = new ArrayList<CancelAnswer>(resultIds.size());
      for (var id : resultIds) {
        answers.add(endings.cancel(id, now));
      }
      return answers;
    });
  }

  @Override
  public List<Retried> retry(List<Long> resultIds) {
    return transact(now -> new Triage(places).retry(resultIds, now));
  }

  @Override
  public List<Discarded> discard(List<Long> resultIds) {
    return transact(now -> new Triage(places).discard(resultIds, now));
  }

  @Override
  public Replayed replay(long resultId) {
    return transact(now -> new Triage(places).replay(resultId, now));
  }

  @Override
  public OptionalLong newest(String specHash) {
    List<Row> rows = transact(now -> places.rows.newestFirst());
    // Hashes take longer than all else, and need no lock.
    return rows.stream()
        .filter(row -> row.spec.hash().equals(specHash))
        .mapToLong(row -> row.id)
        .findFirst();
  }

  @Override
  public List<TaskRun> failed(FailedQuery query) {
    return transact(now -> RowView.failed(places.rows, query));
  }

  @Override
  public List<TaskRun> find(Collection<Long> resultIds) {
    var rows = transact(now -> rowsOf(resultIds));
    // Texts and hashes take longer than all else, and need no lock.
    rows.forEach(row -> row.spec.hash());
    return transact(now -> rows.stream().map(RowView::show).toList());
  }

  @Override
  public List<TaskRun> list(TaskQuery query) {
    return transact(now -> RowView.list(places.rows, query));
  }

  @Override
  public Json metadata(long resultId) {
    return transact(now -> MemoryNotes.metadata(places.rows.get(resultId)));
  }

  @Override
  public List<LogPiece> logs(LogQuery query) {
    return transact(now -> MemoryNotes.pieces(places.rows.get(query.resultId()), query));
  }

  @Override
  public List<Json> results(long resultId) {
    return transact(now -> {
      var row = places.rows.get(resultId);
      return row == null ? List.of() : places.workflows.results(row);
    });
  }

  @Override
  public Optional<WorkflowRun> findWorkflow(UUID workflowId) {
    return transact(now -> places.workflows.find(workflowId));
  }

  @Override
  public Map<QueueStatus, Long> counts() {
    return transact(now -> {
      var counts = new HashMap<QueueStatus, Long>();
      for (var queue : places.queues()) {
        for (var status : TaskStatus.values()) {
          counts.put(new QueueStatus(queue.name, status), queue.count(status));
        }
      }
      return counts;
    });
  }

  @Override
  public int countBlocked(int most) {
    return transact(now -> Math.min(most, places.blocked()));
  }

  @Override
  public Queues queues() {
    return queues;
  }

  @Override
  public List<WorkerRow> workers() {
    return transact(now ->
        workers.all().stream()
            .map(MemoryWorker::show)
            .sorted(
                Comparator.<WorkerRow, String>comparing(row -> row.info().workerId())
                    .thenComparing(row -> row.info().incarnation()))
            .toList());
  }

  @Override
  public Pruned prune(Pruning pruning) {
    return transact(now -> new Prune(places).prune(pruning, now));
  }

  @Override
  public Schedules schedules() {
    return schedules;
  }

  @Override
  public List<Finding> examine() {
    return List.of();
  }

  @Override
  public RateLimits limits() {
    return limits;
  }

  @Override
  public Runnable onWork(Runnable listener) {
    var key = new Object();
    listeners.put(key, listener);
    return () -> listeners.remove(key);
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
    } finally {
      lock.unlock();
    }
    listeners.clear();
  }

  private List<Row> rowsOf(Collection<Long> resultIds) {
    var found = new ArrayList<Row>(resultIds.size());
    for (var id : new TreeSet<>(resultIds)) {
      var row = places.rows.get(id);
      if (row != null) {
        found.add(row);
      }
    }
    return found;
  }

  /// What `worker` holds, in ascending order of id, as a list that does not change when rows leave.
  private static List<Row> heldBy(@Nullable MemoryWorker worker) {
    return worker == null
        ? List.of()
        : worker.held.stream().sorted(Comparator.comparingLong(row -> row.id)).toList();
  }

  private <T> T transact(Function<Instant, T> body) {
    boolean wake;
    T answer;
    lock.lock();
    try {
      if (closed) {
        throw new StoreException("the memory store is closed; open another one", false, null);
      }
      var now = time.now();
      answer = body.apply(now);
      places.workflows.tell(now);
      wake = places.takeGainedReady();
    } finally {
      lock.unlock();
    }
    if (wake) {
      callListeners();
    }
    return answer;
  }

  private void callListeners() {
    listeners.values().forEach(Runnable::run);
  }
}
