package io.reproq.jdbc.postgres;

import io.reproq.jdbc.Query;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/// The numbers that stand for workers' incarnations in rows. A number never changes, so it is asked
/// for once. Safe for use by many threads.
final class WorkerNumbers {
  /// Stands for an incarnation that never joined: no row has it.
  static final int NOBODY = 0;

  private static final Query NUMBERS = Workers.SQL.get("numbers");

  private final Map<UUID, Integer> known = new ConcurrentHashMap<>();

  /// The numbers of `incarnations`; one that never joined has none.
  Map<UUID, Integer> of(Transaction transaction, Collection<UUID> incarnations)
      throws SQLException {
    var wanted = Set.copyOf(incarnations);
    if (!known.keySet().containsAll(wanted)) {
      transaction
          .on(NUMBERS)
          .setArray("incarnations", "uuid", wanted.toArray())
          .list(row ->
              known.put(
                  Objects.requireNonNull(row.value("incarnation", UUID.class)),
                  row.integer("number")));
    }
    var numbers = new HashMap<UUID, Integer>();
    for (var incarnation : wanted) {
      numbers.put(incarnation, known.getOrDefault(incarnation, NOBODY));
    }
    return numbers;
  }
}
