package io.reproq.cli.look;

import io.reproq.cli.database.DatabaseOption;
import io.reproq.cli.option.Answer;
import io.reproq.cli.option.CommandFailure;
import io.reproq.cli.option.CommonOptions;
import io.reproq.cli.option.Surroundings;
import io.reproq.clock.TimeSource;
import io.reproq.store.TaskStore;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
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
          + " same, however many tasks there are."
    },
    footer = {
      "",
      "Examples:",
      "  reproq top",
      "  reproq top --interval 0.5",
      "  reproq top --once",
      "  reproq top --json | jq '.queues[] | select(.failed > 0)'"
    })
public final class TopCommand implements Runnable {
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
  public void run() {
    if (interval.compareTo(SHORTEST) < 0) {
      throw new CommandFailure("--interval must be at least 0.1, was " + interval);
    }
    try (var store = database.open()) {
      if (once || answer.isJson() || !surroundings.isTerminal()) {
        var frame = Frame.of(store, time.now());
        answer.give(
            () -> FrameJson.of(frame, null),
            () ->
                String.join(
                    System.lineSeparator(),
                    new FrameText(PLAIN_WIDTH).lines(store.describe(), frame, null)));
      } else {
        watch(store);
      }
    }
  }

  private void watch(TaskStore store) {
    surroundings.stop().listen();
    try (var terminal = Terminal.open(common.out())) {
      @Nullable Frame before = null;
      do {
        var frame = Frame.of(store, time.now());
        var last = before;
        terminal.show(width -> new FrameText(width).lines(store.describe(), frame, last));
        before = frame;
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
