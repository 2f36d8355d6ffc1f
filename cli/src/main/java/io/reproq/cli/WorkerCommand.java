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
import io.reproq.cli.option.BeatOptions;
import io.reproq.cli.option.CommandFailure;
import io.reproq.cli.option.CommonOptions;
import io.reproq.cli.option.ExecutorOptions;
import io.reproq.cli.option.LogOptions;
import io.reproq.cli.option.Memory;
import io.reproq.cli.option.MetricsOptions;
import io.reproq.cli.option.NameOption;
import io.reproq.cli.option.PaceOptions;
import io.reproq.cli.option.QueueOptions;
import io.reproq.cli.option.RoleOption;
import io.reproq.cli.option.Surroundings;
import io.reproq.cli.worker.Shares;
import io.reproq.cli.worker.Shift;
import io.reproq.cli.worker.Telemetry;
import io.reproq.cli.worker.Traces;
import io.reproq.cli.worker.WorkerRun;
import io.reproq.process.ChildExecutor;
import io.reproq.retry.RetryPolicy;
import io.reproq.server.events.TaskEvents.Teller;
import io.reproq.store.TaskStore;
import io.reproq.worker.Room;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
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
  @Mixin private final CommonOptions common = new CommonOptions();
  @Mixin private final DatabaseOption database;
  @Mixin private final QueueOptions queues = new QueueOptions();
  @Mixin private final PaceOptions pace = new PaceOptions();
  @Mixin private final AgingOption aging = new AgingOption();
  @Mixin private final BeatOptions beat;
  @Mixin private final ConfigOption config;
  @Mixin private final RoleOption role;
  @Mixin private final NameOption name = new NameOption();
  @Mixin private final ExecutorOptions executor = new ExecutorOptions();
  @Mixin private final MetricsOptions metrics;
  @Mixin private final LogOptions logging;

  @Option(
      names = "--concurrency",
      paramLabel = "N",
      description = "How many tasks run at once. Default: ${DEFAULT-VALUE}.")
  private int concurrency = 10;

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

  WorkerCommand(Surroundings surroundings) {
    this(surroundings, Habits.WORKER);
  }

  WorkerCommand(Surroundings surroundings, Habits habits) {
    this.surroundings = surroundings;
    this.beat = new BeatOptions(habits.beats);
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
    return config.defaults(Setting.HEEDED_BY_WORKER);
  }

  /// Looks at everything that it was told, and starts nothing.
  ///
  /// @throws CommandFailure when something is out of range, or contradicts something else
  /// @throws IllegalArgumentException the same
  void check() {
    atLeast(1, "--concurrency", concurrency);
    atLeast(1, "--max-attempts-default", maxAttempts);
    pace.check();
    beat.check();
    queues.weights();
    aging.settings();
    executor.config(name.name());
    var _ = metrics.config();
    shares().check(concurrency);
  }

  @Override
  public Integer call() throws InterruptedException {
    role.tell();
    check();
    var memory = Memory.of(surroundings);
    ConsoleLogging.nameWorker(name.name());
    var traces = Traces.of(surroundings.variables());
    var teller = new Teller(name.name(), role.role());
    try (var telemetry = new Telemetry(traces, metrics.config().orElse(null), teller);
        var run = open(telemetry);
        var _ = telemetry.serve(run);
        var _ = MemoryLog.every(memory.logInterval())) {
      tellSettings();
      shift().work(run, surroundings.stop());
    }
    return 0;
  }

  /// The databases that it is told of, and which queues lie in which.
  QueueDatabases databases() {
    return database.routes();
  }

  private Shares shares() {
    return Shares.of(queues.names(), databases(), database.aliases());
  }

  private WorkerRun open(Telemetry telemetry) {
    var shares = shares();
    var room = new Room(concurrency, shares.byDatabase().size());
    return WorkerRun.open(
        shares,
        (alias, asked) ->
            telemetry.on(builder(alias, asked).room(room)).store(store(alias)).open());
  }

  /// All that it was told of how to work, for the queues that are `asked` of the database `alias`.
  private ReproqBuilder builder(String alias, List<String> asked) {
    var builder =
        beat.applyTo(pace.applyTo(queues.applyTo(Reproq.builder(), asked))).workerId(name.name());
    var named = database.named(alias);
    if (!named.isAlone()) {
      builder.databaseAlias(alias);
    }
    executor.config(name.name()).map(ChildExecutor::new).ifPresent(builder::executor);
    return builder;
  }

  private TaskStore store(String alias) {
    return ReproqBuilder.open(database.named(alias).dsn(), aging.settings());
  }

  private Shift shift() {
    var offer =
        "queues %s, concurrency %d".formatted(String.join(",", queues.names()), concurrency);
    return new Shift(name.name(), offer, shutdownTimeout);
  }

  private void tellSettings() {
    var log = LoggerFactory.getLogger(WorkerCommand.class);
    defaults().source().ifPresent(file -> log.info("settings are those of {}", file));
    if (maxAttempts != RetryPolicy.DEFAULT.maxAttempts()) {
      log.warn(
          "max_attempts_default {} changes nothing: every task has got its number of attempts when"
              + " it was enqueued",
          maxAttempts);
    }
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
