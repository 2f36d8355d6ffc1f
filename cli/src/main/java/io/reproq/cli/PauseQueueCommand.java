package io.reproq.cli;

import io.reproq.cli.database.DatabaseOption;
import io.reproq.cli.option.Answer;
import io.reproq.cli.option.CommonOptions;
import io.reproq.cli.option.Surroundings;
import io.reproq.store.Queues;
import io.reproq.store.TaskStore;
import io.reproq.task.TaskStatus;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.JsonNodeFactory;

/// `reproq pause-queue`.
@Command(
    name = "pause-queue",
    header = "Start no more tasks of a queue, or of all.",
    description = {
      "Takes effect with the next claim of every worker. Running tasks go on, and tasks can still"
          + " be enqueued. resume-queue undoes it."
    },
    footer = {
      "",
      "Examples:",
      "  reproq pause-queue mail --reason 'the mail server is down'",
      "  reproq pause-queue --all"
    })
final class PauseQueueCommand implements Runnable {
  @Mixin private final CommonOptions common = new CommonOptions();
  @Mixin private final DatabaseOption database;
  @Mixin private final Answer answer;

  @ArgGroup(multiplicity = "1")
  private QueueTarget target = new QueueTarget();

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      description = "Why, for whoever asks; status shows it.")
  private @Nullable String reason;

  PauseQueueCommand(Surroundings surroundings) {
    this.database = new DatabaseOption(surroundings, common);
    this.answer = new Answer(common);
  }

  @Override
  public void run() {
    var queue = target.name();
    try (var store = target.database(database).open()) {
      var isNew = store.queues().pause(queue, reason);
      var running = running(store, queue);
      if (answer.isJson()) {
        common
            .out()
            .println(
                JsonNodeFactory.instance
                    .objectNode()
                    .put("queue_name", queue)
                    .put("paused", true)
                    .put("changed", isNew)
                    .put("running", running));
      } else {
        common
            .out()
            .println(
                isNew
                    ? "Paused %s; %d running task(s) go on"
                        .formatted(QueueTarget.named(queue), running)
                    : "%s already paused".formatted(was(queue)));
      }
    }
  }

  private static String was(String queue) {
    return queue.equals(Queues.ALL) ? "All queues were" : "Queue " + queue + " was";
  }

  private static long running(TaskStore store, String queue) {
    return store.counts().entrySet().stream()
        .filter(entry -> entry.getKey().status() == TaskStatus.RUNNING)
        .filter(entry -> queue.equals(Queues.ALL) || entry.getKey().queue().equals(queue))
        .mapToLong(entry -> entry.getValue())
        .sum();
  }
}
