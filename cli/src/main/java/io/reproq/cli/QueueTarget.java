package io.reproq.cli;

import io.reproq.cli.database.DatabaseOption;
import io.reproq.cli.database.NamedDatabase;
import io.reproq.store.Queues;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// One queue, or all of them.
final class QueueTarget {
  @Parameters(paramLabel = "QUEUE", description = "The queue's name.")
  private String queue = Queues.ALL;

  @Option(
      names = "--all",
      required = true,
      description = "Every queue, those to come included; in SQL its name is *.")
  private boolean all;

  /// The queue's name, [Queues#ALL] for all.
  String name() {
    return all ? Queues.ALL : queue;
  }

  /// Where it lies; all queues are those of the chosen database, else of the default one.
  NamedDatabase database(DatabaseOption databases) {
    return all ? databases.one() : databases.ofQueue(queue);
  }

  /// For a message.
  static String named(String queue) {
    return queue.equals(Queues.ALL) ? "all queues" : "queue " + queue;
  }
}
