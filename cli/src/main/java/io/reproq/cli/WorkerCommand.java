package io.reproq.cli;

import static io.reproq.cli.option.CommandFailure.atLeast;

import io.reproq.Reproq;
import io.reproq.cli.config.ConfigOption;
import io.reproq.cli.config.Configured;
import io.reproq.cli.config.ConfiguredDefaults;
import io.reproq.cli.config.QueueDatabases;
import io.reproq.cli.config.Setting;
import io.reproq.cli.option.AgingOption;
import io.reproq.cli.option.CommandFailure;
import io.reproq.cli.option.CommonOptions;
import io.reproq.cli.option.DatabaseOption;
import io.reproq.cli.option.ExecutorOptions;
import io.reproq.cli.option.MetricsOptions;
import io.reproq.cli.option.PaceOptions;
import io.reproq.cli.option.QueueOptions;
import io.reproq.cli.option.RoleOption;
import io.reproq.cli.option.Surroundings;
import io.reproq.process.ChildExecutor;
import io.reproq.retry.RetryPolicy;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
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
final class WorkerCommand implements Callable<Integer>, Configured {
  private final Surroundings surroundings;
  @Mixin private final CommonOptions common = new CommonOptions();
  @Mixin private final DatabaseOption database;
  @Mixin private final QueueOptions queues = new QueueOptions();
  @Mixin private final PaceOptions pace = new PaceOptions();
  @Mixin private final AgingOption aging = new AgingOption();
  @Mixin private final ConfigOption config;
  @Mixin private final RoleOption role = new RoleOption("worker");
  @Mixin private final ExecutorOptions executor = new ExecutorOptions();
  @Mixin private final MetricsOptions metrics;

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
    this.surroundings = surroundings;
    this.database = new DatabaseOption(surroundings, common);
    this.config = new ConfigOption(surroundings);
    this.metrics = new MetricsOptions(surroundings);
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
    queues.applyTo(Reproq.builder());
    aging.settings();
    executor.config(name());
    metrics.config();
    databases();
  }

  @Override
  public Integer call() throws InterruptedException {
    check();
    refuseSeveralDatabases();
    var name = name();
    var builder =
        pace.applyTo(queues.applyTo(Reproq.builder()))
            .concurrency(concurrency)
            .workerId(name)
            .beat(beat);
    executor.config(name).map(ChildExecutor::new).ifPresent(builder::executor);
    try (var reproq = builder.store(database.open(aging.settings())).open()) {
      work(reproq, name);
    }
    return 0;
  }

  /// The databases that it is told of, and which queues lie in which.
  QueueDatabases databases() {
    return defaults().databases(database.text());
  }

  private void refuseSeveralDatabases() {
    var dsns = databases().databases().dsns();
    if (dsns.size() > 1) {
      throw new CommandFailure(
          "databases names %s: a worker serves one; start one for each, with a file of its own"
              .formatted(String.join(", ", dsns.keySet())));
    }
  }

  private String name() {
    return workerId == null ? hostAndPid() : workerId;
  }

  private void work(Reproq reproq, String name) throws InterruptedException {
    var log = LoggerFactory.getLogger(WorkerCommand.class);
    var stop = surroundings.stop();
    stop.listen();
    stop.whenRepeated(reproq::stopNow);
    start(reproq);
    tellSettings(log);
    log.info(
        "worker {} is ready: {}, queues {}, concurrency {}",
        name,
        reproq.store().describe(),
        String.join(",", queues.names()),
        concurrency);
    stop.await();
    log.info("worker {} stops: running tasks have {} s", name, shutdownTimeout.toSeconds());
    var left = reproq.stopGracefully(shutdownTimeout);
    log.info("worker {} has stopped; gave back {} unfinished tasks", name, left);
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

  private static void start(Reproq reproq) {
    try {
      reproq.start();
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
}
