package io.reproq.memory;

import io.reproq.memory.MemoryQueues.Transactor;
import io.reproq.store.RateLimit;
import io.reproq.store.RateLimits;
import java.util.List;

/// The door to the [Buckets] of a store. What is called on it takes the store's lock.
final class MemoryLimits implements RateLimits {
  private final Buckets buckets;
  private final Places places;
  private final Transactor transactor;

  MemoryLimits(Buckets buckets, Places places, Transactor transactor) {
    this.buckets = buckets;
    this.places = places;
    this.transactor = transactor;
  }

  @Override
  public void set(RateLimit limit) {
    transactor.transact(now -> {
      buckets.set(limit, now);
      places.gainReady();
      return limit;
    });
  }

  @Override
  public boolean remove(String key) {
    return transactor.transact(now -> {
      places.gainReady();
      return buckets.remove(key);
    });
  }

  @Override
  public List<Level> list() {
    return transactor.transact(now -> buckets.list());
  }
}
