package io.reproq.cli;

import io.reproq.cli.database.DatabaseOption;
import io.reproq.cli.database.TaskId;
import io.reproq.cli.option.CommandFailure;
import io.reproq.cli.option.CommonOptions;
import io.reproq.cli.option.Surroundings;
import io.reproq.store.LogPiece;
import io.reproq.store.LogQuery;
import io.reproq.store.TaskRun;
import io.reproq.store.TaskStore;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `reproq logs`.
@Command(
    name = "logs",
    header = "Print what a task has put out.",
    description = {
      "All attempts, the oldest first, each under a line of its own; with --attempt only what that"
          + " one put out, as it is. Then what lies where logs_uri says: in a file of this machine,"
          + " or at an http or https address. In the name of a file that ends with -attempt-N.log,"
          + " --attempt takes the place of N."
    },
    footer = {
      "",
      "Examples:",
      "  reproq logs 42",
      "  reproq logs 42 --follow",
      "  reproq logs 42 --attempt 2 > attempt-2.txt"
    })
final class LogsCommand implements Runnable {
  private static final Duration STEP = Duration.ofMillis(500);
  private static final int PAGE = 20;

  private final Surroundings surroundings;

  @Mixin private final CommonOptions common = new CommonOptions();
  @Mixin private final DatabaseOption database;

  @ArgGroup(multiplicity = "1")
  private TaskId task = new TaskId();

  @Option(names = "--attempt", paramLabel = "A", description = "Only that attempt. Default: all.")
  private @Nullable Integer attempt;

  @Option(names = "--follow", description = "Go on printing until the task is finished.")
  private boolean follow;

  @Option(
      names = "--json",
      description = "Print a JSON object for each piece of output, one a line.")
  private boolean json;

  LogsCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
    this.database = new DatabaseOption(surroundings, common);
  }

  @Override
  public void run() {
    if (attempt != null) {
      CommandFailure.atLeast(1, "--attempt", attempt);
    }
    var one = database.of(task.name());
    try (var store = one.open()) {
      var print = new LogPrint(common.out(), json, attempt == null);
      var query = LogQuery.first(task.name().id(), PAGE).ofAttempt(attempt);
      while (true) {
        // What was put out before the end is there when the end is seen.
        var run = find(store);
        query = printAll(store, query, print);
        if (!follow || run.standing().status().isTerminal()) {
          printElsewhere(run, print);
          break;
        }
        if (isToldToStop()) {
          break;
        }
      }
      print.end(nothing(one.id(task.name().id())));
    }
  }

  private TaskRun find(TaskStore store) {
    var found = store.find(List.of(task.name().id()));
    if (found.isEmpty()) {
      throw new CommandFailure("there is no task " + task.name() + " in " + store.describe());
    }
    return found.getFirst();
  }

  /// Prints all that is new.
  ///
  /// @return the query for what comes behind it
  private static LogQuery printAll(TaskStore store, LogQuery query, LogPrint print) {
    var next = query;
    List<LogPiece> page;
    do {
      page = store.logs(next);
      page.forEach(print::piece);
      next = page.isEmpty() ? next : next.after(page.getLast());
    } while (page.size() == PAGE);
    return next;
  }

  private void printElsewhere(TaskRun run, LogPrint print) {
    var uri = run.extras().logsUri();
    if (uri != null) {
      var place = new LogPlace(uri).ofAttempt(attempt);
      print.elsewhere(place.uri(), place.read());
    }
  }

  private boolean isToldToStop() {
    common.out().flush();
    try {
      return surroundings.stop().await(STEP);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  private String nothing(String id) {
    return attempt == null
        ? "No output was captured for task " + id
        : "No output was captured for attempt " + attempt + " of task " + id;
  }
}
