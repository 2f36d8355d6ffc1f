package io.reproq.cli.torture;

import static io.reproq.cli.option.CommandFailure.atLeast;

import io.reproq.cli.database.DatabaseOption;
import io.reproq.cli.option.Answer;
import io.reproq.cli.option.CommandFailure;
import io.reproq.cli.option.CommonOptions;
import io.reproq.cli.option.Surroundings;
import io.reproq.clock.TimeSource;
import io.reproq.dsn.Dsn;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `reproq-torture`.
@Command(
    name = "reproq-torture",
    header = "Put a load on a database and its workers, and check what became of every task.",
    description = {
      "Enqueues tasks of many kinds, drawn from a seed, waits until all are over, and looks for"
          + " what was promised and does not hold. Ends with 1 when it found something. It deletes"
          + " nothing."
    },
    footer = {
      "",
      "Examples:",
      "  reproq-torture --dsn sqlite:/tmp/torture.db --count 5000",
      "  reproq-torture --count 20000 --workers 4 --kill --json",
      "  reproq-torture --count 1000 --workers 0 --queue default"
    })
public final class TortureCommand implements Callable<Integer> {
  private static final Duration STEP = Duration.ofMillis(200);
  private static final int TELL_EACH = 10;

  private final Surroundings surroundings;
  private final TimeSource time = TimeSource.system();

  @Mixin private final CommonOptions common = new CommonOptions();
  @Mixin private final DatabaseOption database;
  @Mixin private final Answer answer;

  @Option(names = "--count", paramLabel = "N", description = "How many tasks. Default: 1000.")
  private int count = 1_000;

  @Option(
      names = "--workers",
      paramLabel = "N",
      description = "How many worker processes to start; 0 when others run. Default: 2.")
  private int workers = 2;

  @Option(
      names = "--kill",
      description =
          "Kill the oldest with SIGKILL every two seconds while tasks end, and start another.")
  private boolean kill;

  @Option(
      names = "--queue",
      paramLabel = "NAME",
      description = "Where the tasks go. Default: torture-SEED, one of their own.")
  private @Nullable String queue;

  @Option(names = "--seed", paramLabel = "N", description = "Draw the same tasks again.")
  private @Nullable Long seed;

  @Option(
      names = "--timeout",
      paramLabel = "DURATION",
      description = "Give up after so long. Default: 5m.")
  private Duration timeout = Duration.ofMinutes(5);

  public TortureCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
    this.database = new DatabaseOption(surroundings, common);
    this.answer = new Answer(common);
  }

  @Override
  public Integer call() throws InterruptedException {
    atLeast(1, "--count", count);
    atLeast(0, "--workers", workers);
    var chosen = seed == null ? new Random().nextLong(1_000_000_000) : seed;
    var where = queue == null ? "torture-" + chosen : queue;
    var given = database.given();
    var dsn = Dsn.parse(given);
    if (dsn instanceof Dsn.Memory) {
      throw new CommandFailure("memory: is seen by no other process: name a file or a server");
    }
    surroundings.stop().listen();
    try (var store = DatabaseOption.open(dsn);
        var processes = new WorkerProcesses(time, given, where)) {
      var load = new Load(store, new Mix(chosen, where));
      var began = time.nanoTime();
      processes.start(workers);
      while (load.enqueue(count)) {
        refuseToGoOn(surroundings.stop().await(Duration.ZERO));
      }
      await(load, processes);
      var took = Duration.ofNanos(time.nanoTime() - began);
      // What they still write must change nothing.
      processes.stop();
      var checker = new Checker(workers > 0);
      load.check(checker);
      var found = checker.findings();
      var report = new Report(store.describe(), chosen, where, processes.kills(), took, found);
      answer.give(report::toJson, report::toText);
      return found.violations().isEmpty() ? 0 : 1;
    }
  }

  private void await(Load load, WorkerProcesses processes) throws InterruptedException {
    var end = time.nanoTime() + timeout.toNanos();
    var told = Long.MAX_VALUE;
    for (var step = 1; time.nanoTime() < end; step++) {
      var left = load.left();
      if (left == 0) {
        return;
      }
      refuseToGoOn(surroundings.stop().await(STEP));
      processes.deaths().stream()
          .findFirst()
          .ifPresent(death -> {
            throw new CommandFailure(death);
          });
      if (step % TELL_EACH == 0 && left < told) {
        told = left;
        common.err().println(left + " task(s) to go ...");
        // Only when some ended since the last kill: a new process needs its time to begin.
        if (kill) {
          processes.replaceOldest();
        }
      }
    }
  }

  private static void refuseToGoOn(boolean isStopped) {
    if (isStopped) {
      throw new CommandFailure("stopped before all tasks were over; nothing was checked");
    }
  }
}
