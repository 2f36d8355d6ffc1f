package io.reproq.worker;

import io.reproq.store.ClaimRequest.Quota;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Shares free slots between queues: to each alike, the odd ones to another each time. What some
/// leave over goes, in the next claim, to those that had more to give. Used by one thread.
final class Rotation {
  private final List<String> queues;
  private List<String> full = List.of();
  private int start;

  Rotation(List<String> queues) {
    this.queues = queues;
  }

  /// How many tasks to ask of each queue, `free` in all.
  List<Quota> quotas(int free) {
    var asked = full.isEmpty() ? rotated() : full;
    var quotas = new ArrayList<Quota>(asked.size());
    for (var i = 0; i < asked.size(); i++) {
      var share = free / asked.size() + (i < free % asked.size() ? 1 : 0);
      if (share > 0) {
        quotas.add(new Quota(asked.get(i), share));
      }
    }
    return quotas;
  }

  /// Remembers which of the `asked` queues gave all that was asked of them.
  ///
  /// @param taken how many tasks came, by queue
  /// @return whether any did, so that it may have more
  boolean saw(List<Quota> asked, Map<String, Integer> taken) {
    var gaveAll =
        asked.stream()
            .filter(q -> taken.getOrDefault(q.queue(), 0) >= q.limit())
            .map(Quota::queue)
            .toList();
    // After a claim that went to the full ones alone it is everybody's turn again.
    full = full.isEmpty() && gaveAll.size() < queues.size() ? gaveAll : List.of();
    return !gaveAll.isEmpty();
  }

  private List<String> rotated() {
    var order = new ArrayList<String>(queues.size());
    for (var i = 0; i < queues.size(); i++) {
      order.add(queues.get((start + i) % queues.size()));
    }
    start = (start + 1) % queues.size();
    return order;
  }
}
