package io.reproq.cli;

import io.reproq.cli.database.DatabaseOption;
import io.reproq.cli.option.Answer;
import io.reproq.cli.option.CommandFailure;
import io.reproq.cli.option.CommonOptions;
import io.reproq.cli.option.Surroundings;
import io.reproq.clock.TimeSource;
import io.reproq.store.Queues;
import io.reproq.store.TaskStore;
import io.reproq.task.TaskStatus;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.JsonNodeFactory;

/// `reproq drain`.
@Command(
    name = "drain",
    header = "Pause all queues, and wait until nothing runs any more.",
    description = {
      "For maintenance: no task is started any more, by any worker, and those that run go on to"
          + " their end. resume-queue --all undoes it. Tasks can still be enqueued."
    },
    footer = {
      "",
      "Examples:",
      "  reproq drain --wait --timeout 10m && pg_upgrade …",
      "  reproq resume-queue --all"
    })
final class DrainCommand implements Runnable {
  private static final Duration STEP = Duration.ofMillis(250);

  private final Surroundings surroundings;

  @Mixin private final CommonOptions common = new CommonOptions();
  @Mixin private final DatabaseOption database;
  @Mixin private final Answer answer;

  @Option(names = "--wait", description = "Come back when nothing runs any more.")
  private boolean wait;

  @Option(
      names = "--timeout",
      paramLabel = "DURATION",
      description = "With --wait: give up after so long, with exit code 1. Default: never.")
  private @Nullable Duration timeout;

  DrainCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
    this.database = new DatabaseOption(surroundings, common);
    this.answer = new Answer(common);
  }

  @Override
  public void run() {
    if (timeout != null && !wait) {
      throw new CommandFailure("--timeout is for --wait: give both, or neither");
    }
    try (var store = database.open()) {
      store.queues().pause(Queues.ALL, "draining");
      var running = running(store);
      if (running > 0 && wait) {
        await(store, running);
        running = 0;
      }
      print(running);
    }
  }

  private void print(long running) {
    answer.give(
        () ->
            JsonNodeFactory.instance
                .objectNode()
                .put("drained", running == 0)
                .put("running", running),
        () ->
            running == 0
                ? "Drained: all queues are paused, and nothing runs"
                : "Draining: all queues are paused; %d task(s) still run".formatted(running));
  }

  private void await(TaskStore store, long first) {
    var time = TimeSource.system();
    var started = time.nanoTime();
    var told = first;
    tell(told);
    for (var running = first; running > 0; running = running(store)) {
      if (running != told) {
        told = running;
        tell(told);
      }
      if (timeout != null && time.nanoTime() - started >= timeout.toNanos()) {
        throw new CommandFailure(
            "%d task(s) still run after %s; all queues stay paused until resume-queue --all"
                .formatted(running, timeout.toString().substring(2).toLowerCase(Locale.ROOT)));
      }
      pause();
    }
  }

  private void pause() {
    try {
      if (surroundings.stop().await(STEP)) {
        throw new CommandFailure(
            "stopped waiting; all queues stay paused until resume-queue --all");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailure("interrupted; all queues stay paused until resume-queue --all");
    }
  }

  private void tell(long running) {
    common.err().println(running + " task(s) running ...");
  }

  private static long running(TaskStore store) {
    return store.counts().entrySet().stream()
        .filter(entry -> entry.getKey().status() == TaskStatus.RUNNING)
        .mapToLong(entry -> entry.getValue())
        .sum();
  }
}
