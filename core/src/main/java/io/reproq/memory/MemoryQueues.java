package io.reproq.memory;

import io.reproq.store.Queues;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The paused queues of a store in memory. What is called on it from outside takes the store's
/// lock.
final class MemoryQueues implements Queues {
  private final TreeMap<String, Pause> paused = new TreeMap<>();
  private final Places places;
  private final Transactor transactor;

  MemoryQueues(Places places, Transactor transactor) {
    this.places = places;
    this.transactor = transactor;
  }

  /// Whether no task of `queue` may start. Asked under the store's lock.
  boolean isPaused(String queue) {
    return !paused.isEmpty() && (paused.containsKey(queue) || paused.containsKey(ALL));
  }

  @Override
  public boolean pause(String queue, @Nullable String reason) {
    Queues.named(queue);
    return transactor.transact(now -> {
      var before = paused.get(queue);
      paused.put(queue, new Pause(queue, before == null ? now : before.since(), reason));
      return before == null;
    });
  }

  @Override
  public boolean resume(String queue) {
    return transactor.transact(now -> {
      var wasPaused = paused.remove(queue) != null;
      if (wasPaused) {
        places.gainReady();
      }
      return wasPaused;
    });
  }

  @Override
  public List<Pause> pauses() {
    return transactor.transact(now -> List.copyOf(paused.values()));
  }

  /// Runs something under the store's lock.
  @FunctionalInterface
  interface Transactor {
    <T> T transact(Function<Instant, T> body);
  }
}
