package io.reproq.cli.look;

import io.reproq.cli.database.DatabaseOption;
import io.reproq.cli.option.Answer;
import io.reproq.cli.option.CommandFailure;
import io.reproq.cli.option.CommonOptions;
import io.reproq.cli.option.Surroundings;
import io.reproq.clock.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `reproq top`.
@Command(
    name = "top",
    header = "Watch queues, workers, throughput and the newest failures.",
    description = {
      "Fills the terminal and refreshes until q or Ctrl-C. Where standard output is no terminal,"
          + " and with --once or --json, it prints one frame; PER SEC tells how many tasks ended"
          + " since the frame before, so it is 0 in a single one. Each frame costs the database the"
          + " same, however many tasks there are.",
      "Several databases stand one below the other. One that does not answer is a line that says"
          + " so; a single frame then ends with 1."
    },
    footer = {
      "",
      "Examples:",
      "  reproq top",
      "  reproq top --interval 0.5",
      "  reproq top --once",
      "  reproq top --json | jq '.queues[] | select(.failed > 0)'"
    })
public final class TopCommand implements Callable<Integer> {
  private static final Duration SHORTEST = Duration.ofMillis(100);
  private static final Duration KEY_STEP = Duration.ofMillis(100);
  private static final int PLAIN_WIDTH = 120;

  private final Surroundings surroundings;
  private final TimeSource time = TimeSource.system();

  @Mixin private final CommonOptions common = new CommonOptions();
  @Mixin private final DatabaseOption database;
  @Mixin private final Answer answer;

  @Option(
      names = "--interval",
      paramLabel = "DURATION",
      description = "How often it refreshes, at least every 0.1 s. Default: 2.")
  private Duration interval = Duration.ofSeconds(2);

  @Option(names = "--once", description = "Print one frame and end.")
  private boolean once;

  public TopCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
    this.database = new DatabaseOption(surroundings, common);
    this.answer = new Answer(common);
  }

  @Override
  public Integer call() {
    if (interval.compareTo(SHORTEST) < 0) {
      throw new CommandFailure("--interval must be at least 0.1, was " + interval);
    }
    var watched = database.all().stream().map(Watched::new).toList();
    try {
      if (once || answer.isJson() || !surroundings.isTerminal()) {
        return one(watched);
      }
      watch(watched);
      return 0;
    } finally {
      watched.forEach(Watched::close);
    }
  }

  /// Prints a single frame.
  ///
  /// @return the exit code: 1 when a database did not answer
  private int one(List<Watched> watched) {
    var at = time.now();
    watched.forEach(each -> each.look(at));
    answer.give(
        () -> FrameJson.of(watched, at),
        () -> String.join(System.lineSeparator(), lines(watched, PLAIN_WIDTH)));
    return watched.stream().allMatch(each -> each.silence() == null) ? 0 : 1;
  }

  /// All databases, one below the other.
  private static List<String> lines(List<Watched> watched, int width) {
    var lines = new ArrayList<String>();
    for (var each : watched) {
      if (!lines.isEmpty()) {
        lines.add("");
      }
      lines.addAll(each.lines(width));
    }
    return lines;
  }

  private void watch(List<Watched> watched) {
    surroundings.stop().listen();
    try (var terminal = Terminal.open(common.out())) {
      do {
        var at = time.now();
        watched.forEach(each -> each.look(at));
        terminal.show(width -> lines(watched, width));
      } while (!isOver(terminal));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Waits for the next frame's time, or for the wish to end.
  private boolean isOver(Terminal terminal) throws InterruptedException {
    var until = time.nanoTime() + interval.toNanos();
    for (var left = interval; left.isPositive(); left = Duration.ofNanos(until - time.nanoTime())) {
      var step = left.compareTo(KEY_STEP) < 0 ? left : KEY_STEP;
      if (surroundings.stop().await(step) || terminal.isQuit()) {
        return true;
      }
    }
    return false;
  }
}
