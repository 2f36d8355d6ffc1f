package io.reproq;

import io.reproq.json.Json;
import io.reproq.store.CancelAnswer;
import io.reproq.store.Enqueued;
import io.reproq.store.NewTask;
import io.reproq.store.NewWorkflow;
import io.reproq.store.RateLimits;
import io.reproq.store.Settled;
import io.reproq.store.Settlement;
import io.reproq.store.TaskRun;
import io.reproq.store.TaskStore;
import io.reproq.store.WorkflowRun;
import io.reproq.task.Place;
import io.reproq.worker.Attempt;
import io.reproq.worker.AttemptHandler;
import io.reproq.worker.AttemptListener;
import io.reproq.worker.Beat;
import io.reproq.worker.Engine;
import io.reproq.worker.Handlers;
import io.reproq.worker.Surroundings;
import io.reproq.worker.TaskExecutor;
import io.reproq.worker.Worker;
import io.reproq.worker.WorkerConfig;
import io.reproq.workflow.Workflow;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/// Durable background tasks, embedded in this process. Safe for use by many threads.
///
/// Open one, say which code handles which kind of task, start it, enqueue:
///
/// ```java
/// try (Reproq reproq = Reproq.open("sqlite:tasks.db")) {
///   reproq.handle(GREET, (context, greet) -> "hello " + greet.name());
///   reproq.start();
///   String greeting = reproq.enqueue(GREET, new Greet("Ada")).await(Duration.ofSeconds(10));
/// }
/// ```
///
/// A process that only enqueues need not start. A task is on disk, where there is one, before
/// `enqueue` returns. It runs at least once, and is finished exactly once.
///
/// Two things can be done in one transaction with a program's own data, where the tasks lie in the
/// same database: [enqueueing][#enqueueAll(Connection, List)], and [the effects of a handler with
/// the end of its task][TaskContext#completeWith].
public final class Reproq implements AutoCloseable {
  private final TaskStore store;
  private final Terms terms;
  private final Awaiting awaiting;
  private final Timetable timetable;
  private final Map<String, AttemptHandler> handlers = new HashMap<>();
  private final ReentrantLock lifecycle = new ReentrantLock();
  private volatile @Nullable Worker worker;
  private boolean closed;

  Reproq(TaskStore store, Terms terms) {
    this.store = store;
    this.terms = terms;
    var beat = terms.beat;
    this.timetable = new Timetable(store.schedules(), beat == null ? () -> {} : beat::hurry);
    this.awaiting = new Awaiting(store, terms.surroundings.time());
    BuiltInTasks.ALL.forEach(
        (path, handler) -> handlers.put(path, HandlerAdapter.interpreting(handler)));
  }

  /// Opens the database that `dsn` names: `memory:`, `sqlite:FILE`, `postgres://…`. Its schema is
  /// brought up to date.
  ///
  /// @throws io.reproq.dsn.InvalidDsnException when `dsn` names no database
  /// @throws io.reproq.store.StoreException when the database cannot be opened
  public static Reproq open(String dsn) {
    return builder().dsn(dsn).open();
  }

  /// Works on the database behind `dataSource`, which stays the caller's to close.
  public static Reproq on(DataSource dataSource) {
    return builder().dataSource(dataSource).open();
  }

  /// For all that [#open] and [#on] decide by themselves.
  public static ReproqBuilder builder() {
    return new ReproqBuilder();
  }

  /// Lets `handler` run every task of `type` in this process. Comes before [#start].
  ///
  /// @throws IllegalStateException when it was started, or the type has a handler
  public <P extends @Nullable Object, R extends @Nullable Object> void handle(
      TaskType<P, R> type, TaskHandler<P, R> handler) {
    lifecycle.lock();
    try {
      if (worker != null) {
        throw new IllegalStateException("handle(" + type.path() + ") comes before start()");
      }
      var adapted = HandlerAdapter.interpreting(HandlerAdapter.of(type, handler));
      if (handlers.putIfAbsent(type.path(), adapted) != null) {
        throw new IllegalStateException(type.path() + " has a handler already");
      }
    } finally {
      lifecycle.unlock();
    }
  }

  /// Starts to run tasks, and to enqueue those that are due by the clock.
  ///
  /// @throws IllegalStateException when it was started or closed before
  public void start() {
    lifecycle.lock();
    try {
      if (worker != null || closed) {
        throw new IllegalStateException("started or closed before; open another one");
      }
      var engine =
          new Engine(
              store,
              terms.config,
              new Handlers(handlers, terms.executor),
              listening(),
              terms.surroundings);
      if (terms.executor != null) {
        terms.executor.start(new TaskExecutor.Lease(terms.config.lease(), engine::isTrusted));
      }
      var starting = new Worker(engine, terms.config, store, terms.surroundings.time());
      starting.start();
      if (terms.beat != null) {
        terms.beat.start();
      }
      worker = starting;
    } finally {
      lifecycle.unlock();
    }
  }

  /// Enqueues a task of `type` with the type's own options.
  public <P extends @Nullable Object, R extends @Nullable Object> TaskHandle<R> enqueue(
      TaskType<P, R> type, P payload) {
    return enqueue(type, payload, type.options());
  }

  /// Enqueues a task of `type`.
  public <P extends @Nullable Object, R extends @Nullable Object> TaskHandle<R> enqueue(
      TaskType<P, R> type, P payload, EnqueueOptions options) {
    return handles(type, enqueueAll(List.of(TaskMaking.task(type, payload, options)))).getFirst();
  }

  /// Enqueues a task for each of `payloads`, all or none, at the cost of little more than one.
  ///
  /// @return their handles, in the order of the payloads
  public <P extends @Nullable Object, R extends @Nullable Object> List<TaskHandle<R>> enqueueAll(
      TaskType<P, R> type, List<P> payloads, EnqueueOptions options) {
    return handles(type, enqueueAll(TaskMaking.tasks(type, payloads, options)));
  }

  /// Enqueues tasks that are described in full, all or none.
  ///
  /// @return what became of each, in their order
  public List<Enqueued> enqueueAll(List<NewTask> tasks) {
    var enqueued = store.enqueue(tasks);
    expect(tasks.stream());
    return enqueued;
  }

  /// Looks when the delayed ones among `tasks` are due.
  private void expect(Stream<NewTask> tasks) {
    var running = worker;
    if (running != null
        && tasks.anyMatch(task -> task.isDelayed(terms.surroundings.time().now()))) {
      running.expectDeferred();
    }
  }

  /// Enqueues a task of `type` with the type's own options, in a transaction of the caller's.
  ///
  /// @see #enqueueAll(Connection, List)
  public <P extends @Nullable Object, R extends @Nullable Object> TaskHandle<R> enqueue(
      Connection connection, TaskType<P, R> type, P payload) {
    return enqueue(connection, type, payload, type.options());
  }

  /// Enqueues a task of `type` in a transaction of the caller's.
  ///
  /// @see #enqueueAll(Connection, List)
  public <P extends @Nullable Object, R extends @Nullable Object> TaskHandle<R> enqueue(
      Connection connection, TaskType<P, R> type, P payload, EnqueueOptions options) {
    var task = TaskMaking.task(type, payload, options);
    return handles(type, enqueueAll(connection, List.of(task))).getFirst();
  }

  /// Enqueues a task for each of `payloads` in a transaction of the caller's.
  ///
  /// @return their handles, in the order of the payloads
  /// @see #enqueueAll(Connection, List)
  public <P extends @Nullable Object, R extends @Nullable Object> List<TaskHandle<R>> enqueueAll(
      Connection connection, TaskType<P, R> type, List<P> payloads, EnqueueOptions options) {
    return handles(type, enqueueAll(connection, TaskMaking.tasks(type, payloads, options)));
  }

  /// Enqueues tasks in a transaction of the caller's: they are there when it commits, together with
  /// the caller's own data, and never were when it is rolled back. Nobody sees or runs them before.
  ///
  /// The transaction stays the caller's: it is neither committed, rolled back nor changed, and the
  /// connection is not closed. A unique task makes others who enqueue its twin wait until the
  /// transaction ends, so it should be short.
  ///
  /// Nobody is woken at the commit, which would make all commits wait for each other: an idle
  /// worker finds the tasks when it looks by itself, within a second.
  ///
  /// @param connection to the database that the tasks are in, with auto-commit off
  /// @return what became of each, in their order; true once the transaction has committed
  /// @throws IllegalArgumentException when the connection commits every statement by itself, or
  ///   leads to another kind of database; nothing was sent
  /// @throws io.reproq.store.StoreException when it could not be done: roll the transaction back,
  ///   and begin it again where the failure is transient. Also when the tasks are in memory.
  public List<Enqueued> enqueueAll(Connection connection, List<NewTask> tasks) {
    return store.enqueue(connection, tasks);
  }

  /// Enqueues all tasks of a workflow, or none.
  ///
  /// @throws IllegalArgumentException when it cannot be enqueued, saying what to do
  public WorkflowHandle enqueue(Workflow workflow) {
    var compiled = workflow.compile();
    var enqueued = store.enqueueWorkflow(compiled);
    expect(compiled.members().stream().map(NewWorkflow.Member::task));
    return new WorkflowHandle(enqueued.workflowId(), enqueued.resultIds());
  }

  /// Enqueues all tasks of a workflow in a transaction of the caller's.
  ///
  /// @see #enqueueAll(Connection, List)
  public WorkflowHandle enqueue(Connection connection, Workflow workflow) {
    var enqueued = store.enqueueWorkflow(connection, workflow.compile());
    return new WorkflowHandle(enqueued.workflowId(), enqueued.resultIds());
  }

  /// How a workflow stands, empty when there is none.
  public Optional<WorkflowRun> findWorkflow(UUID workflowId) {
    return store.findWorkflow(workflowId);
  }

  /// Stops a task: it never starts, or its handler is interrupted.
  public CancelAnswer cancel(long resultId) {
    var answer = store.cancel(List.of(resultId)).getFirst();
    var running = worker;
    if (running != null && answer == CancelAnswer.REQUESTED) {
      running.expectCancels();
    }
    return answer;
  }

  /// All that is known of a task, empty when there is none.
  public Optional<TaskRun> find(long resultId) {
    return store.find(List.of(resultId)).stream().findFirst();
  }

  /// Waits until a task is finished, wherever it runs.
  ///
  /// @return what its handler returned
  /// @throws TaskFailedException when it ended without success
  /// @throws TimeoutException when it is not finished after `limit`; it goes on
  /// @throws InterruptedException when the waiting thread is interrupted; the task goes on
  public Json await(long resultId, Duration limit) throws TimeoutException, InterruptedException {
    return awaiting.result(resultId, limit);
  }

  /// What is enqueued by the clock.
  public Timetable schedules() {
    return timetable;
  }

  /// The limits on how many tasks start in a second, for all workers of the database together.
  public RateLimits limits() {
    return store.limits();
  }

  /// The store it works on.
  public TaskStore store() {
    return store;
  }

  /// Stops running tasks: claims no more, lets those under way finish for at most `deadline`, and
  /// gives back the others. Enqueueing goes on. May be called again, also by [#stopNow].
  ///
  /// @return how many tasks were given back unfinished
  public int stopGracefully(Duration deadline) {
    stopBeat();
    var running = worker;
    return running == null ? 0 : running.stopGracefully(deadline);
  }

  /// Stops running tasks at once: handlers are interrupted and their tasks given back. Cuts a
  /// graceful stop short.
  ///
  /// @return how many tasks were given back unfinished
  public int stopNow() {
    stopBeat();
    var running = worker;
    return running == null ? 0 : running.stopNow();
  }

  private void stopBeat() {
    if (terms.beat != null && worker != null) {
      terms.beat.close();
    }
  }

  /// Stops at once and lets go of the database. Closing again does nothing.
  @Override
  public void close() {
    stopNow();
    lifecycle.lock();
    try {
      if (!closed) {
        closed = true;
        if (terms.executor != null) {
          terms.executor.close();
        }
        store.close();
      }
    } finally {
      lifecycle.unlock();
    }
  }

  private <R extends @Nullable Object> List<TaskHandle<R>> handles(
      TaskType<?, R> type, List<Enqueued> tasks) {
    var handles = new ArrayList<TaskHandle<R>>(tasks.size());
    for (var enqueued : tasks) {
      handles.add(
          new TaskHandle<>(
              enqueued.resultId(),
              enqueued instanceof Enqueued.Duplicate,
              type.result(),
              awaiting));
    }
    return handles;
  }

  private List<AttemptListener> listening() {
    var all = new ArrayList<AttemptListener>();
    all.add(
        new AttemptListener() {
          @Override
          public void settled(Attempt attempt, Settlement settlement, Settled answer) {
            tell(settlement, answer);
          }
        });
    all.addAll(terms.listeners);
    return all;
  }

  private void tell(Settlement settlement, Settled answer) {
    awaiting.settled(settlement, answer);
    var running = worker;
    if (running != null && answer instanceof Settled.Applied(Place.Deferred deferred)) {
      running.expectDeferred();
    }
  }

  /// How it runs tasks, once it is started.
  ///
  /// @param beat null when it enqueues nothing by the clock
  /// @param executor null when it runs nothing but what has a handler
  /// @param listeners hear of the attempts, after those who wait for results
  record Terms(
      WorkerConfig config,
      Surroundings surroundings,
      @Nullable Beat beat,
      @Nullable TaskExecutor executor,
      List<AttemptListener> listeners) {}
}
