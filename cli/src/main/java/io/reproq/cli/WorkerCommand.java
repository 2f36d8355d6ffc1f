package io.reproq.cli;

import static io.reproq.cli.option.CommandFailure.atLeast;

import io.reproq.Reproq;
import io.reproq.cli.config.ConfigOption;
import io.reproq.cli.config.Configured;
import io.reproq.cli.config.ConfiguredDefaults;
import io.reproq.cli.config.Setting;
import io.reproq.cli.log.ConsoleLogging;
import io.reproq.cli.log.MemoryLog;
import io.reproq.cli.option.AgingOption;
import io.reproq.cli.option.CommandFailure;
import io.reproq.cli.option.CommonOptions;
import io.reproq.cli.option.DatabaseOption;
import io.reproq.cli.option.ExecutorOptions;
import io.reproq.cli.option.LogOptions;
import io.reproq.cli.option.Memory;
import io.reproq.cli.option.QueueOptions;
import io.reproq.cli.option.Surroundings;
import io.reproq.process.ChildExecutor;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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
final class WorkerCommand implements Callable<Integer>, Configured, Service {
  private final Surroundings surroundings;
  @Mixin private final CommonOptions common = new CommonOptions();
  @Mixin private final DatabaseOption database;
  @Mixin private final QueueOptions queues;
  @Mixin private final AgingOption aging;
  @Mixin private final ConfigOption config;
  @Mixin private final ExecutorOptions executor;
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
      names = "--lease-seconds",
      paramLabel = "N",
      description =
          "How long others wait for a sign of life before they take over this worker's tasks."
              + " Default: ${DEFAULT-VALUE}.")
  private int leaseSeconds = 15;

  @Option(
      names = "--heartbeat-seconds",
      paramLabel = "N",
      description = "How often it gives one; less than half the lease. Default: ${DEFAULT-VALUE}.")
  private int heartbeatSeconds = 5;

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
    this.queues = new QueueOptions(surroundings);
    this.aging = new AgingOption(surroundings);
    this.config = new ConfigOption(surroundings);
    this.executor = new ExecutorOptions(surroundings);
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
  public Optional<ConfiguredDefaults> defaults() {
    return config.defaults(Setting.OF_WORKER);
  }

  @Override
  public Integer call() throws InterruptedException {
    atLeast(1, "--concurrency", concurrency);
    var lease = Duration.ofSeconds(atLeast(1, "--lease-seconds", leaseSeconds));
    var heartbeat = Duration.ofSeconds(atLeast(1, "--heartbeat-seconds", heartbeatSeconds));
    if (heartbeat.multipliedBy(2).compareTo(lease) >= 0) {
      throw new CommandFailure(
          "--heartbeat-seconds must be less than half of --lease-seconds, was "
              + heartbeatSeconds
              + " of "
              + leaseSeconds);
    }
    var name = workerId == null ? surroundings.variable("WORKER_ID", hostAndPid()) : workerId;
    var memory = Memory.of(surroundings);
    ConsoleLogging.nameWorker(name);
    var builder =
        queues
            .applyTo(Reproq.builder())
            .concurrency(concurrency)
            .workerId(name)
            .lease(lease, heartbeat)
            .beat(beat);
    executor.config(name).map(ChildExecutor::new).ifPresent(builder::executor);
    var settings = aging.settings();
    try (var reproq = builder.store(database.open(settings)).open();
        var _ = MemoryLog.every(memory.logInterval())) {
      work(reproq, name);
    }
    return 0;
  }

  private void work(Reproq reproq, String name) throws InterruptedException {
    var log = LoggerFactory.getLogger(WorkerCommand.class);
    var stop = surroundings.stop();
    stop.listen();
    stop.whenRepeated(reproq::stopNow);
    start(reproq);
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
