package io.reproq;

import io.reproq.clock.TimeSource;
import io.reproq.dsn.Dsn;
import io.reproq.store.StoreException;
import io.reproq.store.StoreProvider;
import io.reproq.store.TaskStore;
import io.reproq.task.Rank;
import io.reproq.worker.AttemptFilter;
import io.reproq.worker.AttemptListener;
import io.reproq.worker.Beat;
import io.reproq.worker.Room;
import io.reproq.worker.Surroundings;
import io.reproq.worker.TaskExecutor;
import io.reproq.worker.WorkerConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/// Collects how a [Reproq] is to be opened. Not safe for use by many threads.
///
/// One of [#dsn], [#dataSource] and [#store] is needed; all else has a default.
public final class ReproqBuilder {
  private @Nullable String dsn;
  private @Nullable DataSource dataSource;
  private @Nullable TaskStore store;
  private WorkerConfig config = WorkerConfig.defaults("java-" + ProcessHandle.current().pid());
  private boolean beats = true;
  private Duration beatInterval = Beat.INTERVAL;
  private @Nullable TaskExecutor executor;
  private @Nullable Room room;
  private final List<AttemptListener> listeners = new ArrayList<>();
  private final List<AttemptFilter> filters = new ArrayList<>();
  private UnaryOperator<TaskStore> around = UnaryOperator.identity();
  private StoreProvider.Settings settings = StoreProvider.Settings.defaults();

  ReproqBuilder() {}

  /// The database by its name: `memory:`, `sqlite:FILE`.
  public ReproqBuilder dsn(String value) {
    dsn = value;
    return this;
  }

  /// The database behind a data source, which stays the caller's to close.
  public ReproqBuilder dataSource(DataSource value) {
    dataSource = value;
    return this;
  }

  /// A store that is open already. It is closed with what is built on it.
  public ReproqBuilder store(TaskStore value) {
    store = value;
    return this;
  }

  /// Where to look for work. Default: the queue `default` alone.
  ///
  /// @param names in which `*` stands for anything and `?` for one character: `mail-*` is every
  ///   queue that there is, or comes to be, of such a name
  public ReproqBuilder queues(String... names) {
    return worker(known -> known.withQueues(List.of(names)));
  }

  /// How much of the room a queue gets while others have work too, in proportion to their weights.
  /// Default: 1.
  ///
  /// @param queue as it stands in [#queues]
  /// @throws IllegalArgumentException when the weight is not from 1 to 1000
  public ReproqBuilder weight(String queue, int weight) {
    return worker(known -> known.withWeight(queue, weight));
  }

  /// How many tasks run at once. Default: 64.
  ///
  /// @throws IllegalArgumentException when below 1
  public ReproqBuilder concurrency(int tasks) {
    return worker(known -> known.withConcurrency(tasks));
  }

  /// Room for attempts that is shared with others of this process, in place of an own
  /// [#concurrency]: several databases, say, and so many tasks at once in all.
  public ReproqBuilder room(Room shared) {
    room = shared;
    return concurrency(shared.capacity());
  }

  /// Name for people. Default: `java-` and the process id.
  public ReproqBuilder workerId(String name) {
    return worker(known -> known.withWorkerId(name));
  }

  /// What the database is called where a process works in several: log lines and events about a
  /// task then say in which one it lies. Default: nothing.
  public ReproqBuilder databaseAlias(String name) {
    return worker(known -> known.withDatabaseAlias(name));
  }

  /// How long the other workers wait for a sign of life, and how often this one gives it. Default:
  /// 15 s and 5 s.
  ///
  /// @throws IllegalArgumentException when a heartbeat is not less than half the lease
  public ReproqBuilder lease(Duration lasts, Duration heartbeat) {
    return worker(known -> known.withLease(lasts, heartbeat));
  }

  /// How often it looks for what nobody tells it. Default: [WorkerConfig.Pace#defaults].
  public ReproqBuilder pace(WorkerConfig.Pace value) {
    return worker(known -> known.withPace(value));
  }

  /// Whether it enqueues periodic tasks when they are due, once it is started. Any number of
  /// processes may. Default: yes.
  public ReproqBuilder beat(boolean wanted) {
    beats = wanted;
    return this;
  }

  /// How often it looks for due periodic tasks at least: what another process changes may come late
  /// by as much. Default: 30 s.
  ///
  /// @throws IllegalArgumentException when it is not positive
  public ReproqBuilder beatInterval(Duration value) {
    if (!value.isPositive()) {
      throw new IllegalArgumentException("interval must be positive, was " + value);
    }
    beatInterval = value;
    return this;
  }

  /// What runs the tasks whose path has no handler, here or in another process. It is closed with
  /// what is built. Default: nothing; such tasks wait for a process that handles them.
  public ReproqBuilder executor(TaskExecutor value) {
    executor = value;
    return this;
  }

  /// Hears of the attempts that are made here. May be called several times; all of them hear.
  public ReproqBuilder listener(AttemptListener value) {
    listeners.add(value);
    return this;
  }

  /// Stands around every handler, and around the executor. May be called several times; the first
  /// is the outermost.
  public ReproqBuilder filter(AttemptFilter value) {
    filters.add(value);
    return this;
  }

  /// Lets all that is done with the store go through another one: the best start for that is
  /// [io.reproq.store.ForwardingStore]. May be called several times; the first is the innermost.
  ///
  /// @param value is given the opened store; what it makes of that closes it
  public ReproqBuilder around(UnaryOperator<TaskStore> value) {
    var inner = around;
    around = opened -> value.apply(inner.apply(opened));
    return this;
  }

  /// What one step of priority is worth in waiting; zero for strict priority. Default: one minute.
  public ReproqBuilder aging(Duration step) {
    settings = settings.withRank(new Rank(step));
    return this;
  }

  /// Whether the schema is brought up to date. Default: yes.
  public ReproqBuilder migrate(boolean wanted) {
    settings = settings.withMigrate(wanted);
    return this;
  }

  /// Where time comes from. Default: the machine.
  public ReproqBuilder time(TimeSource source) {
    settings = settings.withTime(source);
    return this;
  }

  /// Opens it.
  ///
  /// @throws IllegalStateException when no database, or more than one, was named
  /// @throws io.reproq.dsn.InvalidDsnException when the name is none
  /// @throws StoreException when it cannot be opened
  public Reproq open() {
    var opened = around.apply(openStore());
    var real = Surroundings.real().withTime(settings.time());
    var surroundings = room == null ? real : real.withRoom(room);
    var beat = beats ? new Beat(opened, beatInterval) : null;
    var onlookers = new Reproq.Onlookers(List.copyOf(listeners), List.copyOf(filters));
    return new Reproq(opened, new Reproq.Terms(config, surroundings, beat, executor, onlookers));
  }

  private ReproqBuilder worker(UnaryOperator<WorkerConfig> change) {
    config = change.apply(config);
    return this;
  }

  private TaskStore openStore() {
    if (store != null && dsn == null && dataSource == null) {
      return store;
    }
    if (dsn != null && dataSource == null && store == null) {
      return open(Dsn.parse(dsn), settings);
    }
    if (dataSource != null && dsn == null && store == null) {
      var source = dataSource;
      return first((provider, told) -> provider.open(source, told), settings)
          .orElseThrow(() ->
              new StoreException("no store works on this data source: " + source, false, null));
    }
    throw new IllegalStateException("name one database: dsn, dataSource or store");
  }

  /// Opens the store that `dsn` names.
  ///
  /// @throws StoreException when no module on the class path knows such a store, or it cannot be
  ///   opened
  public static TaskStore open(Dsn dsn, StoreProvider.Settings settings) {
    return first((provider, told) -> provider.open(dsn, told), settings)
        .orElseThrow(() ->
            new StoreException(
                "no store for "
                    + dsn
                    + " on the class path; SQLite and PostgreSQL need reproq-jdbc",
                false,
                null));
  }

  private static Optional<TaskStore> first(
      BiFunction<StoreProvider, StoreProvider.Settings, Optional<TaskStore>> open,
      StoreProvider.Settings settings) {
    for (var provider : ServiceLoader.load(StoreProvider.class)) {
      var opened = open.apply(provider, settings);
      if (opened.isPresent()) {
        return opened;
      }
    }
    return Optional.empty();
  }
}
