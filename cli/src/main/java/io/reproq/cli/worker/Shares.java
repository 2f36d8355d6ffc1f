package io.reproq.cli.worker;

import io.reproq.cli.config.QueueDatabases;
import io.reproq.task.QueueGlob;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Which of a worker's queues it asks in which database.
public final class Shares {
  private Shares() {}

  /// The queues by the alias of their database; databases without any are left out. A queue is
  /// asked where its tasks lie. A glob is asked where a rule of the same text sends it, and else in
  /// every database, as it may mean queues of all.
  public static Map<String, List<String>> of(List<String> queues, QueueDatabases routes) {
    var shares = new LinkedHashMap<String, List<String>>();
    for (var alias : routes.databases().dsns().keySet()) {
      var asked = new ArrayList<String>();
      for (var queue : queues) {
        if (aliases(queue, routes).contains(alias)) {
          asked.add(queue);
        }
      }
      if (!asked.isEmpty()) {
        shares.put(alias, List.copyOf(asked));
      }
    }
    return shares;
  }

  private static Set<String> aliases(String queue, QueueDatabases routes) {
    return QueueGlob.isGlob(queue) && !routes.aliases().containsKey(queue)
        ? routes.databases().dsns().keySet()
        : Set.of(routes.aliasOf(queue));
  }
}
