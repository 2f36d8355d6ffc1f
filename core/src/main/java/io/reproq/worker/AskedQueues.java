package io.reproq.worker;

import io.reproq.clock.TimeSource;
import io.reproq.store.QueueStatus;
import io.reproq.store.TaskStore;
import io.reproq.task.QueueGlob;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The queues that a worker asks, with their weights. Used by one thread.
///
/// A name stands for itself. A glob means all queues that ever had a task and match, which are
/// looked up once a second while there is work, and sooner where the worker has none: a task in a
/// new queue may be what woke it.
final class AskedQueues {
  private static final Duration LOOK = Duration.ofSeconds(1);
  private static final Duration LOOK_IDLE = Duration.ofMillis(100);

  private final TaskStore store;
  private final TimeSource time;
  private final Map<String, Integer> named = new LinkedHashMap<>();
  private final List<Glob> globs = new ArrayList<>();
  private Map<String, Integer> asked;
  private @Nullable Long lookedAt;
  private @Nullable Duration lookAgain;

  /// @throws IllegalArgumentException when a weight is that of no queue asked
  AskedQueues(WorkerConfig config, TaskStore store, TimeSource time) {
    this.store = store;
    this.time = time;
    for (var weighed : config.weights().keySet()) {
      if (!config.queues().contains(weighed)) {
        throw new IllegalArgumentException(
            "the weight of '%s' is for none of the queues %s: write it as it stands there"
                .formatted(weighed, config.queues()));
      }
    }
    for (var queue : config.queues()) {
      var weight = config.weights().getOrDefault(queue, 1);
      if (QueueGlob.isGlob(queue)) {
        globs.add(new Glob(QueueGlob.of(queue), weight));
      } else {
        named.put(queue, weight);
      }
    }
    asked = named;
  }

  /// The queues to ask now, and the weight of each.
  ///
  /// @param idle whether the last claim found nothing
  Map<String, Integer> now(boolean idle) {
    lookAgain = null;
    if (globs.isEmpty()) {
      return asked;
    }
    var passed = lookedAt == null ? LOOK : Duration.ofNanos(time.nanoTime() - lookedAt);
    if (passed.compareTo(idle ? LOOK_IDLE : LOOK) >= 0) {
      lookedAt = time.nanoTime();
      asked = look();
    } else if (idle) {
      lookAgain = LOOK_IDLE.minus(passed);
    }
    return asked;
  }

  /// When to ask again, because it was too early to look for new queues; null for no hurry.
  @Nullable Duration lookAgain() {
    return lookAgain;
  }

  private Map<String, Integer> look() {
    var found = new LinkedHashMap<>(named);
    var names = new TreeSet<String>();
    store.counts().keySet().stream().map(QueueStatus::queue).forEach(names::add);
    for (var name : names) {
      // A name goes before globs, and the first glob before the others.
      globs.stream()
          .filter(glob -> glob.name.matches(name))
          .findFirst()
          .ifPresent(glob -> found.putIfAbsent(name, glob.weight));
    }
    return found;
  }

  private record Glob(QueueGlob name, int weight) {}
}
