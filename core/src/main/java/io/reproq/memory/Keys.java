package io.reproq.memory;

import io.reproq.task.Event;
import io.reproq.task.Limits;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Who holds which key, and who waits for it. Used under the store's lock only.
///
/// Whoever waits comes back to ready in the order of ranks, as many as there is room for, and
/// nothing is kept for him there: he may never be claimed. Who finds a better one waiting waits
/// behind him.
final class Keys {
  private final Places places;
  private final Map<String, Holding> keys = new HashMap<>();
  private Predicate<String> isPaused = queue -> false;

  Keys(Places places) {
    this.places = places;
  }

  /// Passes over queues that are paused from here on: their tasks wait behind all others.
  void passOver(Predicate<String> paused) {
    isPaused = paused;
  }

  /// The first key that `row` cannot have now, null when it can have all it needs.
  @Nullable String busy(Row row) {
    for (var key : row.keys) {
      var holding = keys.get(key.name());
      if (holding != null && (holding.holders >= key.limit() || holding.hasBefore(row))) {
        return key.name();
      }
    }
    return null;
  }

  /// Gives `row` all its keys, or takes them away where `change` is negative.
  void hold(Row row, int change) {
    for (var key : row.keys) {
      holding(key.name()).holders += change;
    }
  }

  /// Lets `row` wait for the key of that name.
  void park(String name, Row row) {
    holding(name).parked.computeIfAbsent(row.queue, queue -> new Line()).add(row);
  }

  /// Promotes who waits for the keys of `row`, as far as there is room.
  void share(Row row, Instant now) {
    for (var key : row.keys) {
      share(key.name(), now);
    }
  }

  /// Promotes who waits for keys that are free.
  void sweep(Instant now) {
    for (var name : List.copyOf(keys.keySet())) {
      share(name, now);
    }
  }

  private void share(String name, Instant now) {
    var holding = keys.get(name);
    if (holding == null) {
      return;
    }
    var promoted = new ArrayList<Row>();
    var head = holding.first();
    while (head != null && holding.holders + promoted.size() < limitOf(head, name)) {
      holding.poll(head);
      promoted.add(head);
      head = holding.first();
    }
    holding.parked.values().removeIf(line -> line.peek() == null);
    if (holding.holders == 0 && holding.parked.isEmpty()) {
      keys.remove(name);
    }
    promoted.forEach(row -> places.move(row, new Event.Promote(), now));
  }

  private static int limitOf(Row row, String name) {
    return row.keys.stream()
        .filter(key -> key.name().equals(name))
        .mapToInt(Limits.Key::limit)
        .findFirst()
        .orElseThrow();
  }

  private Holding holding(String name) {
    return keys.computeIfAbsent(name, key -> new Holding());
  }

  /// One key: how many hold it, and who waits for it in which queue.
  private final class Holding {
    private final Map<QueueRows, Line> parked = new LinkedHashMap<>();
    private int holders;

    boolean hasBefore(Row row) {
      var first = first();
      return first != null && first.isBefore(row);
    }

    /// The first of those who wait in queues that are not paused, null when nobody does.
    @Nullable Row first() {
      Row first = null;
      for (var line : parked.values()) {
        var row = line.peek();
        if (row != null
            && !isPaused.test(row.queue.name)
            && (first == null || row.isBefore(first))) {
          first = row;
        }
      }
      return first;
    }

    /// Takes out who is the first of his line.
    void poll(Row first) {
      var line = parked.get(first.queue);
      if (line != null) {
        line.poll();
      }
    }
  }
}
