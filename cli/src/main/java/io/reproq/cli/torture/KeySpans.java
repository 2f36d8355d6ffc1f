package io.reproq.cli.torture;

import io.reproq.task.Limits;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// From when to when each key was held, as far as it is known.
final class KeySpans {
  private final Map<Limits.Key, List<Edge>> edges = new HashMap<>();

  /// Somebody held `keys` from one moment to another.
  void hold(List<Limits.Key> keys, Instant from, Instant to) {
    for (var key : keys) {
      var list = edges.computeIfAbsent(key, unknown -> new ArrayList<>());
      list.add(new Edge(from, 1));
      list.add(new Edge(to, -1));
    }
  }

  /// The keys that more held at once than they allow.
  List<String> violations() {
    var all = new ArrayList<String>();
    edges.forEach((key, list) -> {
      var most = most(list);
      if (most > key.limit()) {
        all.add("key %s had %d holders of at most %d".formatted(key.name(), most, key.limit()));
      }
    });
    return all;
  }

  /// At one moment who lets go goes before who takes.
  private static int most(List<Edge> list) {
    var held = 0;
    var most = 0;
    var order = Comparator.comparing(Edge::at).thenComparing(Edge::change);
    for (var edge : list.stream().sorted(order).toList()) {
      held += edge.change;
      most = Math.max(most, held);
    }
    return most;
  }

  private record Edge(Instant at, int change) {}
}
