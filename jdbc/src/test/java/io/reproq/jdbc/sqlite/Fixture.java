package io.reproq.jdbc.sqlite;

import io.reproq.clock.TimeSource;
import io.reproq.dsn.Dsn;
import io.reproq.store.ClaimAnswer;
import io.reproq.store.ClaimRequest;
import io.reproq.store.ClaimRequest.Quota;
import io.reproq.store.ClaimRequest.Routing;
import io.reproq.store.ClaimedTask;
import io.reproq.store.Enqueued;
import io.reproq.store.NewTask;
import io.reproq.store.Settlement;
import io.reproq.store.StoreProvider.Settings;
import io.reproq.store.TaskRun;
import io.reproq.store.TaskStore;
import io.reproq.store.WorkerInfo;
import io.reproq.task.ClaimId;
import io.reproq.task.Outcome;
import io.reproq.task.Spec;
import io.reproq.task.Transitions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// One SQLite file with as many stores on it as a test wants, all closed at its end.
final class Fixture implements AutoCloseable {
  static final String GREET = "sample.greet";

  /// On a machine that is busy with other things, a process alone may take half of it to start.
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final long PAUSE_NANOS = 2_000_000;
  private static final AtomicLong COPIES = new AtomicLong();
  private static final AtomicLong CLAIMS = new AtomicLong();

  private final Path file;
  private final Deque<TaskStore> stores = new ArrayDeque<>();

  Fixture(Path folder) {
    this.file = folder.resolve("tasks.db");
  }

  /// A store in a new file in `folder`, a copy of one that was migrated once: most of opening a new
  /// store is waiting for the disk.
  static TaskStore copy(Path folder, Settings settings) throws IOException {
    var template = folder.resolve("template.db");
    if (Files.notExists(template)) {
      new SqliteStoreProvider()
          .open(new Dsn.Sqlite(template.toString()), settings)
          .orElseThrow()
          .close();
    }
    var file = folder.resolve("tasks" + COPIES.incrementAndGet() + ".db");
    Files.copy(template, file);
    return new SqliteStoreProvider().open(new Dsn.Sqlite(file.toString()), settings).orElseThrow();
  }

  Path file() {
    return file;
  }

  TaskStore open() {
    return open(Settings.defaults());
  }

  TaskStore open(Settings settings) {
    var store =
        new SqliteStoreProvider().open(new Dsn.Sqlite(file.toString()), settings).orElseThrow();
    stores.push(store);
    return store;
  }

  /// A plain connection, as any other program has.
  Connection connect() throws SQLException {
    var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
    try (var statement = connection.createStatement()) {
      statement.execute("PRAGMA busy_timeout = 10000");
    }
    return connection;
  }

  /// Runs `sql` on a connection of its own and returns the rows, columns joined by `|`.
  List<String> sql(String sql) throws SQLException {
    try (var connection = connect();
        var statement = connection.createStatement()) {
      var rows = new ArrayList<String>();
      if (statement.execute(sql)) {
        var results = statement.getResultSet();
        var columns = results.getMetaData().getColumnCount();
        while (results.next()) {
          var row = new ArrayList<String>();
          for (var column = 1; column <= columns; column++) {
            row.add(String.valueOf(results.getString(column)));
          }
          rows.add(String.join("|", row));
        }
      }
      return rows;
    }
  }

  static long enqueue(TaskStore store, Spec.Builder spec) {
    return enqueue(store, NewTask.of(spec.build()));
  }

  static long enqueue(TaskStore store, NewTask task) {
    return store.enqueue(List.of(task)).getFirst().resultId();
  }

  static List<Long> enqueue(TaskStore store, int count) {
    var tasks = new ArrayList<NewTask>();
    for (var i = 0; i < count; i++) {
      tasks.add(NewTask.of(Spec.of(GREET).build()));
    }
    return store.enqueue(tasks).stream().map(Enqueued::resultId).toList();
  }

  static UUID join(TaskStore store) {
    var incarnation = UUID.randomUUID();
    store.join(worker(incarnation));
    return incarnation;
  }

  static WorkerInfo worker(UUID incarnation) {
    return new WorkerInfo(
        incarnation,
        "anna",
        "host",
        4,
        List.of("default"),
        Set.of(GREET),
        Duration.ofSeconds(15),
        Duration.ofSeconds(5),
        "1.2.3");
  }

  static List<ClaimedTask> claim(TaskStore store, UUID worker, int limit) {
    var request =
        new ClaimRequest(
            new ClaimId(worker, CLAIMS.incrementAndGet()),
            List.of(new Quota("default", limit)),
            new Routing(Set.of(GREET), false));
    return switch (store.claim(request)) {
      case ClaimAnswer.Taken(var tasks, var moved, var retryIn) -> tasks;
      case ClaimAnswer.WorkerGone gone -> throw new AssertionError("the worker is gone");
    };
  }

  static Settlement settlement(ClaimedTask task, Outcome outcome) {
    if (task.description() instanceof ClaimedTask.Description.Valid(var spec)) {
      return new Settlement(
          task.resultId(),
          task.claimId(),
          outcome,
          Transitions.settled(task.attempt(), outcome, spec.retry(), 0.5));
    }
    throw new AssertionError("task " + task.resultId() + " came broken");
  }

  static TaskRun get(TaskStore store, long resultId) {
    return store.find(List.of(resultId)).getFirst();
  }

  /// Waits until `condition` holds, which a thread or process of its own sees to.
  static void until(String what, BooleanSupplier condition) {
    until(what, PAUSE_NANOS, condition);
  }

  /// Waits until `condition` holds, and asks each `pauseNanos`.
  static void until(String what, long pauseNanos, BooleanSupplier condition) {
    var end = TimeSource.system().nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (TimeSource.system().nanoTime() - end > 0) {
        throw new AssertionError("waited " + PATIENCE + " in vain until " + what);
      }
      LockSupport.parkNanos(pauseNanos);
    }
  }

  @Override
  public void close() {
    stores.forEach(TaskStore::close);
  }
}
