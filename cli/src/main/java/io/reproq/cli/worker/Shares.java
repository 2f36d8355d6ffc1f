package io.reproq.cli.worker;

import io.reproq.cli.config.QueueDatabases;
import io.reproq.cli.option.CommandFailure;
import io.reproq.task.QueueGlob;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Which of a worker's queues it asks in which database.
///
/// @param byDatabase the queues by the alias of their database, in the order of the databases;
///   those without any are left out
public record Shares(Map<String, List<String>> byDatabase) {

  /// A queue is asked where its tasks lie. A glob is asked where a rule of the same text sends it,
  /// and else in every database, as it may mean queues of all.
  ///
  /// @param aliases of the databases that are worked for
  /// @throws CommandFailure when none of the queues lies in one of those
  public static Shares of(List<String> queues, QueueDatabases routes, Set<String> aliases) {
    var shares = new LinkedHashMap<String, List<String>>();
    for (var alias : routes.databases().dsns().keySet()) {
      var asked = new ArrayList<String>();
      for (var queue : queues) {
        if (aliases.contains(alias) && aliasesOf(queue, routes).contains(alias)) {
          asked.add(queue);
        }
      }
      if (!asked.isEmpty()) {
        shares.put(alias, List.copyOf(asked));
      }
    }
    if (shares.isEmpty()) {
      throw new CommandFailure(
          "--queues %s: none of them lies in --database %s"
              .formatted(String.join(",", queues), String.join(", ", aliases)));
    }
    return new Shares(shares);
  }

  private static Set<String> aliasesOf(String queue, QueueDatabases routes) {
    return QueueGlob.isGlob(queue) && !routes.aliases().containsKey(queue)
        ? routes.databases().dsns().keySet()
        : Set.of(routes.aliasOf(queue));
  }

  /// Looks whether each database gets a task.
  ///
  /// @throws CommandFailure when fewer tasks run at once than there are databases
  public void check(int concurrency) {
    if (byDatabase.size() > concurrency) {
      throw new CommandFailure(
          "--concurrency must be at least %d, one task for each of the databases %s, was %d"
              .formatted(byDatabase.size(), String.join(", ", byDatabase.keySet()), concurrency));
    }
  }
}
