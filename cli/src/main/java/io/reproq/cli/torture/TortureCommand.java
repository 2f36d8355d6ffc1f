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
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

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
  private static final int KILL_EACH = 10;

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
          "Kill one of them with SIGKILL every two seconds while tasks end, and start another.")
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
        var processes = new WorkerProcesses(given, where)) {
      var load = new Load(store, new Mix(chosen, where));
      var began = time.nanoTime();
      for (var i = 0; i < workers; i++) {
        processes.start();
      }
      load.enqueue(count);
      await(load, processes, new Random(chosen));
      var took = Duration.ofNanos(time.nanoTime() - began);
      var report = new Report(store.describe(), chosen, where, count, took, load.check());
      answer.give(report::toJson, report::toText);
      return report.violations().isEmpty() ? 0 : 1;
    }
  }

  private void await(Load load, WorkerProcesses processes, Random random)
      throws InterruptedException {
    var end = time.nanoTime() + timeout.toNanos();
    var told = 0L;
    for (var step = 1; time.nanoTime() < end; step++) {
      var left = load.left();
      if (left == 0 || surroundings.stop().await(STEP)) {
        return;
      }
      // Where nothing went on, those that were started last may not have begun yet.
      if (left != told && step % KILL_EACH == 0) {
        told = left;
        common.err().println(left + " task(s) to go ...");
        if (kill) {
          processes.replaceOne(random);
        }
      }
    }
  }

  /// What is said at the end.
  record Report(
      String database, long seed, String queue, int count, Duration took, List<String> violations) {
    private static final int MOST_SHOWN = 20;

    JsonNode toJson() {
      var out = JsonNodeFactory.instance.objectNode();
      out.put("database", database).put("seed", seed).put("queue_name", queue);
      out.put("count", count).put("seconds", took.toMillis() / 1000.0);
      out.put("violation_count", violations.size());
      var list = out.putArray("violations");
      violations.stream().limit(MOST_SHOWN).forEach(list::add);
      return out;
    }

    String toText() {
      var head =
          "%s: %d task(s) in queue %s, seed %d, %.1f s: %s"
              .formatted(
                  database,
                  count,
                  queue,
                  seed,
                  took.toMillis() / 1000.0,
                  violations.isEmpty() ? "all is well" : violations.size() + " violation(s)");
      var shown = violations.stream().limit(MOST_SHOWN).map(each -> System.lineSeparator() + each);
      return head + String.join("", shown.toList());
    }
  }
}
