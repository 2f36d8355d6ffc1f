package io.reproq.cli;

import io.reproq.cli.database.DatabaseOption;
import io.reproq.cli.option.Answer;
import io.reproq.cli.option.CommonOptions;
import io.reproq.cli.option.Surroundings;
import io.reproq.store.Queues;
import io.reproq.store.Queues.Pause;
import java.util.List;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.node.JsonNodeFactory;

/// `reproq resume-queue`.
@Command(
    name = "resume-queue",
    header = "Start tasks of a paused queue again.",
    description = {
      "Idle workers are woken. --all undoes pause-queue --all and drain; queues that were paused"
          + " by name stay paused, and are named."
    },
    footer = {
      "",
      "Examples:",
      "  reproq resume-queue mail",
      "  reproq resume-queue --all",
    })
final class ResumeQueueCommand implements Runnable {
  @Mixin private final CommonOptions common = new CommonOptions();
  @Mixin private final DatabaseOption database;
  @Mixin private final Answer answer;

  @ArgGroup(multiplicity = "1")
  private QueueTarget target = new QueueTarget();

  ResumeQueueCommand(Surroundings surroundings) {
    this.database = new DatabaseOption(surroundings, common);
    this.answer = new Answer(common);
  }

  @Override
  public void run() {
    var queue = target.name();
    try (var store = target.database(database).open()) {
      var wasPaused = store.queues().resume(queue);
      var others = store.queues().pauses();
      if (answer.isJson()) {
        var out =
            JsonNodeFactory.instance
                .objectNode()
                .put("queue_name", queue)
                .put("paused", false)
                .put("changed", wasPaused);
        var still = out.putArray("still_paused");
        others.forEach(pause -> still.add(pause.queue()));
        common.out().println(out);
      } else {
        common.out().println(line(queue, wasPaused));
        print(queue, others);
      }
    }
  }

  private static String line(String queue, boolean wasPaused) {
    if (wasPaused) {
      return "Resumed " + QueueTarget.named(queue);
    }
    return queue.equals(Queues.ALL)
        ? "All queues were not paused"
        : "Queue " + queue + " was not paused";
  }

  /// What keeps tasks from starting all the same.
  private void print(String queue, List<Pause> others) {
    for (var pause : others) {
      if (queue.equals(Queues.ALL)) {
        common.out().println("Still paused by name: " + pause.queue() + because(pause));
      } else if (pause.queue().equals(Queues.ALL)) {
        common
            .out()
            .println("Still, all queues are paused" + because(pause) + ": resume-queue --all");
      }
    }
  }

  private static String because(Pause pause) {
    return pause.reason() == null ? "" : " (" + pause.reason() + ")";
  }
}
