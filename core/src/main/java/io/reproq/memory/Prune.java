package io.reproq.memory;

import io.reproq.store.Pruned;
import io.reproq.store.Pruning;
import java.time.Instant;

/// Forgets finished rows. Used under the store's lock only.
final class Prune {
  private final Places places;

  Prune(Places places) {
    this.places = places;
  }

  Pruned prune(Pruning pruning, Instant now) {
    var rows = places.rows;
    var count = 0;
    var id = Math.max(pruning.afterId(), 0);
    while (id < rows.lastId() && count < pruning.limit()) {
      id++;
      var row = rows.get(id);
      if (row != null && matches(row, pruning, now)) {
        count++;
        if (pruning.way() != Pruning.Way.COUNT) {
          places.forget(row);
        }
      }
    }
    return new Pruned(count, id, id >= rows.lastId());
  }

  private boolean matches(Row row, Pruning pruning, Instant now) {
    var finishedAt = row.finishedAt;
    return finishedAt != null
        && pruning.statuses().contains(row.place.status())
        && !finishedAt.isAfter(now.minus(pruning.age()))
        && places.workflows.mayForget(row);
  }
}
