package io.reproq.memory;

import io.reproq.store.Pruned;
import io.reproq.store.Pruning;
import io.reproq.task.FailureKind;
import io.reproq.task.TaskStatus;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;

/// Forgets finished rows. Used under the store's lock only.
final class Prune {
  private final Places places;

  Prune(Places places) {
    this.places = places;
  }

  Pruned prune(Pruning pruning, Instant now) {
    var rows = places.rows;
    var floors = floors(pruning.keep());
    var count = 0;
    var id = Math.max(pruning.afterId(), 0);
    while (id < rows.lastId() && count < pruning.limit()) {
      id++;
      var row = rows.get(id);
      if (row != null
          && matches(row, pruning, now)
          && id < floors.getOrDefault(row.place.status(), Long.MAX_VALUE)) {
        count++;
        if (pruning.way() != Pruning.Way.COUNT) {
          places.forget(row);
        }
      }
    }
    return new Pruned(count, id, id >= rows.lastId());
  }

  private static boolean hasExpired(Row row) {
    return row.errors.stream().anyMatch(error -> error.failure().kind() == FailureKind.EXPIRED);
  }

  /// Below which id tasks of a status are not among the newest `keep`.
  private Map<TaskStatus, Long> floors(long keep) {
    var floors = new EnumMap<TaskStatus, Long>(TaskStatus.class);
    var left = new EnumMap<TaskStatus, Long>(TaskStatus.class);
    for (var status : TaskStatus.values()) {
      floors.put(status, keep == 0 ? Long.MAX_VALUE : 0);
      left.put(status, keep);
    }
    if (keep > 0) {
      for (var row : places.rows.newestFirst()) {
        if (left.merge(row.place.status(), -1L, Long::sum) == 0) {
          floors.put(row.place.status(), row.id);
        }
      }
    }
    return floors;
  }

  private boolean matches(Row row, Pruning pruning, Instant now) {
    var finishedAt = row.finishedAt;
    return finishedAt != null
        && (!pruning.expiredOnly() || hasExpired(row))
        && pruning.statuses().contains(row.place.status())
        && !finishedAt.isAfter(now.minus(pruning.age()))
        && places.workflows.mayForget(row);
  }
}
