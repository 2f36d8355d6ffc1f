package io.reproq.cli;

import io.reproq.cli.config.ConfigOption;
import io.reproq.cli.config.Configured;
import io.reproq.cli.config.ConfiguredDefaults;
import io.reproq.cli.config.Setting;
import io.reproq.cli.database.DatabaseOption;
import io.reproq.cli.database.NamedDatabase;
import io.reproq.cli.log.MemoryLog;
import io.reproq.cli.option.CommandFailure;
import io.reproq.cli.option.CommonOptions;
import io.reproq.cli.option.LogOptions;
import io.reproq.cli.option.Memory;
import io.reproq.cli.option.RoleOption;
import io.reproq.cli.option.Surroundings;
import io.reproq.store.TaskStore;
import io.reproq.worker.Beat;
import io.reproq.worker.Scheduler;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `reproq beat`.
@Command(
    name = "beat",
    header = "Enqueue periodic tasks when they are due, until SIGTERM or Ctrl-C.",
    description = {
      "Any number may run at once, beside workers with --beat and programs that embed Reproq: each"
          + " run is enqueued once. Logs to standard output. With --once it enqueues what is due"
          + " now, prints it and ends, with exit code 1 when a schedule could not be obeyed."
    },
    footer = {"", "Examples:", "  reproq beat", "  reproq beat --once"})
final class BeatCommand implements Callable<Integer>, Configured, Service {
  private final Surroundings surroundings;
  @Mixin private final CommonOptions common = new CommonOptions();
  @Mixin private final DatabaseOption database;
  @Mixin private final ConfigOption config;
  @Mixin private final RoleOption role = new RoleOption("beat");
  @Mixin private final LogOptions logging;

  @Option(
      names = "--interval",
      paramLabel = "DURATION",
      description =
          "How often to look at least: what others change may come late by as much. Default: 30s.")
  private Duration interval = Beat.INTERVAL;

  @Option(names = "--once", description = "Enqueue what is due now, and end.")
  private boolean once;

  BeatCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
    this.database = new DatabaseOption(surroundings, common);
    this.config = new ConfigOption(surroundings);
    this.logging = new LogOptions(surroundings);
  }

  @Override
  public boolean isService() {
    return !once;
  }

  @Override
  public LogOptions logging() {
    return logging;
  }

  @Override
  public ConfiguredDefaults defaults() {
    return config.defaults(Setting.OF_BEAT);
  }

  /// Looks at everything that it was told, and starts nothing.
  ///
  /// @throws CommandFailure when something is out of range
  void check() {
    if (!interval.isPositive()) {
      throw new CommandFailure("--interval must be positive, was 0");
    }
  }

  @Override
  public Integer call() throws InterruptedException {
    role.tell();
    check();
    return once ? enqueueAllOnce() : serve();
  }

  private int enqueueAllOnce() {
    var code = 0;
    for (var one : database.all()) {
      try (var store = one.open()) {
        code = Math.max(code, enqueueOnce(store, one));
      }
    }
    return code;
  }

  private int enqueueOnce(TaskStore store, NamedDatabase one) {
    var scheduler = new Scheduler(store.schedules());
    var done = 0;
    var failed = 0;
    var hasMore = true;
    while (hasMore) {
      var pass = scheduler.pass();
      for (var run : pass.enqueued()) {
        common
            .out()
            .printf(
                "Enqueued task %s: %s for %s%n",
                one.id(run.resultId()), run.schedule(), run.scheduledAt());
      }
      for (var run : pass.skipped()) {
        common
            .out()
            .printf(
                "Left out %s for %s: the task before is not over%n",
                run.schedule(), run.scheduledAt());
      }
      for (var failure : pass.failures()) {
        common
            .err()
            .printf(
                "reproq: schedule %s is not enqueued: %s%n", failure.schedule(), failure.reason());
      }
      done += pass.enqueued().size() + pass.skipped().size();
      failed += pass.failures().size();
      hasMore = pass.hasMore();
    }
    if (done + failed == 0) {
      common.out().println("Nothing is due" + (one.isAlone() ? "" : " in " + one.alias()));
    }
    return failed > 0 ? 1 : 0;
  }

  private int serve() throws InterruptedException {
    var log = LoggerFactory.getLogger(BeatCommand.class);
    var memory = Memory.of(surroundings);
    var stop = surroundings.stop();
    stop.listen();
    try (var beats = new Beats(interval);
        var _ = MemoryLog.every(memory.logInterval())) {
      database.all().forEach(one -> beats.start(one.open()));
      log.info(
          "beat is ready: {}, looks every {}", String.join(" and ", beats.databases()), interval);
      stop.await();
      log.info("beat stops");
    }
    return 0;
  }
}
