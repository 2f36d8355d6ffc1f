package io.reproq.cli;

import static io.reproq.cli.option.CommandFailure.atLeast;

import io.reproq.Reproq;
import io.reproq.ReproqBuilder;
import io.reproq.cli.config.ConfigOption;
import io.reproq.cli.config.Configured;
import io.reproq.cli.config.ConfiguredDefaults;
import io.reproq.cli.config.QueueDatabases;
import io.reproq.cli.config.Setting;
import io.reproq.cli.database.DatabaseOption;
import io.reproq.cli.log.ConsoleLogging;
import io.reproq.cli.log.MemoryLog;
import io.reproq.cli.option.AgingOption;
import io.reproq.cli.option.CommandFailure;
import io.reproq.cli.option.CommonOptions;
import io.reproq.cli.option.ExecutorOptions;
import io.reproq.cli.option.LogOptions;
import io.reproq.cli.option.Memory;
import io.reproq.cli.option.MetricsOptions;
import io.reproq.cli.option.PaceOptions;
import io.reproq.cli.option.QueueOptions;
import io.reproq.cli.option.RoleOption;
import io.reproq.cli.option.Surroundings;
import io.reproq.cli.worker.Shares;
import io.reproq.cli.worker.Telemetry;
import io.reproq.cli.worker.Traces;
import io.reproq.cli.worker.WorkerRun;
import io.reproq.process.ChildExecutor;
import io.reproq.retry.RetryPolicy;
import io.reproq.server.ServerConfig;
import io.reproq.server.events.TaskEvents.Teller;
import io.reproq.worker.Room;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `reproq worker`.
@Command(
    name = "worker",
    header = "Run tasks until SIGTERM or Ctrl-C.",
    description = {
      "Runs the built-in tasks: reproq.noop, reproq.sleep {\"millis\":n}, reproq.fail"
          + " {\"message\":s}, reproq.flaky {\"failures\":n} (fails n attempts, then succeeds) and"
          + " reproq.echo. Logs to standard output. Told to stop, it claims no more, lets running"
          + " tasks finish, gives back those that do not in time, and exits 0; told twice, it gives"
          + " them back at once."
    },
    footer = {
      "",
      "Examples:",
      "  reproq worker",
      "  reproq worker --dsn sqlite:tasks.db --queues mail,default --concurrency 50",
      "  reproq worker --queues 'mail-*,default' --queue-weight 'mail-*=3'"
    })
class WorkerCommand implements Callable<Integer>, Configured, Service {
  private final Surroundings surroundings;
  private final Habits habits;
  @Mixin private final CommonOptions common = new CommonOptions();
  @Mixin private final DatabaseOption database;
  @Mixin private final QueueOptions queues = new QueueOptions();
  @Mixin private final PaceOptions pace = new PaceOptions();
  @Mixin private final AgingOption aging = new AgingOption();
  @Mixin private final ConfigOption config;
  @Mixin private final RoleOption role;
  @Mixin private final ExecutorOptions executor = new ExecutorOptions();
  @Mixin private final MetricsOptions metrics;
  @Mixin private final LogOptions logging;

  @Option(
      names = "--concurrency",
      paramLabel = "N",
      description = "How many tasks run at once. Default: ${DEFAULT-VALUE}.")
  private int concurrency = 10;

  @Option(
      names = "--worker-id",
      paramLabel = "NAME",
      description = "Name for people. Default: WORKER_ID, else host and process id.")
  private @Nullable String workerId;

  @Option(
      names = "--max-attempts-default",
      paramLabel = "N",
      description =
          "Read for the sake of files that have it; a task gets its number of attempts when it is"
              + " enqueued. Default: ${DEFAULT-VALUE}.")
  private int maxAttempts = RetryPolicy.DEFAULT.maxAttempts();

  @Option(
      names = "--shutdown-timeout",
      paramLabel = "DURATION",
      description = "How long running tasks may take to finish at a stop. Default: 30s.")
  private Duration shutdownTimeout = Duration.ofSeconds(30);

  @Option(
      names = "--beat",
      description = "Enqueue periodic tasks when they are due, too, as reproq beat does.")
  private boolean beat;

  WorkerCommand(Surroundings surroundings) {
    this(surroundings, Habits.WORKER);
  }

  WorkerCommand(Surroundings surroundings, Habits habits) {
    this.surroundings = surroundings;
    this.habits = habits;
    this.role = new RoleOption(habits.role);
    this.database = new DatabaseOption(surroundings, common);
    this.config = new ConfigOption(surroundings);
    this.metrics = new MetricsOptions(surroundings, habits.address);
    this.logging = new LogOptions(surroundings);
  }

  @Override
  public boolean isService() {
    return true;
  }

  @Override
  public LogOptions logging() {
    return logging;
  }

  @Override
  public ConfiguredDefaults defaults() {
    return config.defaults(Setting.OF_WORKER);
  }

  /// Looks at everything that it was told, and starts nothing.
  ///
  /// @throws CommandFailure when something is out of range, or contradicts something else
  /// @throws IllegalArgumentException the same
  void check() {
    atLeast(1, "--concurrency", concurrency);
    atLeast(1, "--max-attempts-default", maxAttempts);
    pace.check();
    queues.weights();
    aging.settings();
    executor.config(name());
    http();
    checkDatabases();
  }

  @Override
  public Integer call() throws InterruptedException {
    check();
    var memory = Memory.of(surroundings);
    ConsoleLogging.nameWorker(name());
    var traces = Traces.of(surroundings.variables());
    var teller = new Teller(name(), role.role());
    try (var telemetry = new Telemetry(traces, http(), teller);
        var run = open(telemetry);
        var _ = telemetry.serve(run);
        var _ = MemoryLog.every(memory.logInterval())) {
      work(run);
    }
    return 0;
  }

  /// How it answers over HTTP, null for not at all.
  private @Nullable ServerConfig http() {
    return metrics.config().orElse(null);
  }

  /// The databases that it is told of, and which queues lie in which.
  QueueDatabases databases() {
    return database.routes();
  }

  private Map<String, List<String>> shares() {
    var shares = Shares.of(queues.names(), databases());
    shares.keySet().retainAll(database.aliases());
    return shares;
  }

  private void checkDatabases() {
    var shares = shares();
    if (shares.isEmpty()) {
      throw new CommandFailure(
          "--queues %s: none of them lies in --database %s"
              .formatted(String.join(",", queues.names()), String.join(", ", database.aliases())));
    }
    if (shares.size() > concurrency) {
      throw new CommandFailure(
          "--concurrency must be at least %d, one task for each of the databases %s, was %d"
              .formatted(shares.size(), String.join(", ", shares.keySet()), concurrency));
    }
  }

  private WorkerRun open(Telemetry telemetry) {
    var room = new Room(concurrency, shares().size());
    var engines = new ArrayList<Reproq>();
    try {
      shares().forEach((alias, share) -> engines.add(engine(alias, share, room, telemetry)));
      return new WorkerRun(engines);
    } catch (RuntimeException e) {
      engines.forEach(Reproq::close);
      throw e;
    }
  }

  /// The engine for the queues of `share`, which lie in the database `alias`.
  private Reproq engine(String alias, List<String> share, Room room, Telemetry telemetry) {
    var builder =
        pace.applyTo(queues.applyTo(Reproq.builder(), share))
            .room(room)
            .workerId(name())
            .beat(beat || habits.beats);
    executor.config(name()).map(ChildExecutor::new).ifPresent(builder::executor);
    telemetry.on(builder);
    return builder.store(ReproqBuilder.open(database.named(alias).dsn(), aging.settings())).open();
  }

  private String name() {
    return workerId == null ? hostAndPid() : workerId;
  }

  private void work(WorkerRun run) throws InterruptedException {
    var log = LoggerFactory.getLogger(WorkerCommand.class);
    var stop = surroundings.stop();
    stop.listen();
    stop.whenRepeated(run::stopNow);
    start(run);
    tellSettings(log);
    log.info(
        "worker {} is ready: {}, queues {}, concurrency {}",
        name(),
        String.join(" and ", run.databases()),
        String.join(",", queues.names()),
        concurrency);
    stop.await();
    log.info("worker {} stops: running tasks have {} s", name(), shutdownTimeout.toSeconds());
    var left = run.stopGracefully(shutdownTimeout);
    log.info("worker {} has stopped; gave back {} unfinished tasks", name(), left);
  }

  private void tellSettings(Logger log) {
    defaults()
        .source()
        .ifPresent(
            file -> log.info("process role {}: settings are those of {}", role.role(), file));
    if (maxAttempts != RetryPolicy.DEFAULT.maxAttempts()) {
      log.warn(
          "max_attempts_default {} changes nothing: every task has got its number of attempts when"
              + " it was enqueued",
          maxAttempts);
    }
  }

  private static void start(WorkerRun run) {
    try {
      run.start();
    } catch (IllegalStateException e) {
      // An executor that cannot run what it was told to says what is missing.
      throw new CommandFailure(String.valueOf(e.getMessage()));
    }
  }

  private static String hostAndPid() {
    String host;
    try {
      host = InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      host = "localhost";
    }
    return host + "-" + ProcessHandle.current().pid();
  }

  /// What a command does that runs tasks, unless it is told otherwise.
  ///
  /// @param role what it is called
  /// @param beats whether it enqueues periodic tasks
  /// @param address where it answers HTTP; empty for nowhere
  record Habits(String role, boolean beats, String address) {
    static final Habits WORKER = new Habits("worker", false, "");
    static final Habits SERVER = new Habits("server", true, "127.0.0.1:8080");
  }
}
