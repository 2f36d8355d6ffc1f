package io.reproq.cli.limit;

import io.reproq.cli.database.DatabaseOption;
import io.reproq.cli.database.NamedDatabase;

/// What a limit is of.
final class LimitKey {
  private static final String QUEUE = "queue:";

  private LimitKey() {}

  /// Where the limit is kept: with the tasks of its queue; one of no queue in the chosen database,
  /// else in the default one.
  static NamedDatabase database(String key, DatabaseOption databases) {
    return key.startsWith(QUEUE)
        ? databases.ofQueue(key.substring(QUEUE.length()))
        : databases.one();
  }
}
