package io.reproq.memory;

import io.reproq.store.RateLimit;
import io.reproq.store.RateLimits;
import io.reproq.store.TokenBucket;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The rate limits and what is left of them. Read and written under the store's lock only.
final class Buckets {
  private final TreeMap<String, Bucket> buckets = new TreeMap<>();

  /// How many limits limit anything. Where none does, nothing else is looked at.
  private int effective;

  Buckets(Instant now) {
    put(new RateLimit(RateLimit.GLOBAL, 0, 1), TokenBucket.of(0, 1, 0, now));
  }

  void set(RateLimit limit, Instant now) {
    put(limit, TokenBucket.full(limit, now));
  }

  boolean remove(String key) {
    var gone = buckets.remove(key);
    effective -= gone != null && gone.state.isEffective() ? 1 : 0;
    return gone != null;
  }

  List<RateLimits.Level> list() {
    return buckets.values().stream()
        .map(bucket ->
            new RateLimits.Level(
                bucket.limit.key(),
                bucket.limit.tokensPerSecond(),
                bucket.limit.burst(),
                bucket.state.microTokens() / (double) TokenBucket.TOKEN,
                bucket.state.refilledAt()))
        .toList();
  }

  /// Takes a token for `row`.
  ///
  /// @return the key of the limit that has none left, null when the row may start
  @Nullable String take(Row row, Instant now) {
    if (effective == 0) {
      return null;
    }
    var bucket = of(row);
    if (bucket == null) {
      return null;
    }
    var enough = bucket.state.available(now) > 0;
    bucket.state = bucket.state.take(enough ? 1 : 0, now);
    return enough ? null : bucket.limit.key();
  }

  /// How many tasks that wait for the limit with `key` may go on.
  int room(String key, Instant now) {
    var bucket = buckets.get(key);
    return bucket == null || !bucket.state.isEffective() || bucket.state.isAhead(now)
        ? Integer.MAX_VALUE
        : bucket.state.available(now);
  }

  /// How long it takes until one of them may.
  @Nullable Duration untilRoom(String key, Instant now) {
    var bucket = buckets.get(key);
    return bucket == null ? Duration.ZERO : bucket.state.untilNext(now);
  }

  /// The first that limits anything.
  private @Nullable Bucket of(Row row) {
    for (var key :
        List.of(
            RateLimit.ofTask(row.spec.taskPath()),
            RateLimit.ofQueue(row.queue.name),
            RateLimit.GLOBAL)) {
      var bucket = buckets.get(key);
      if (bucket != null && bucket.state.isEffective()) {
        return bucket;
      }
    }
    return null;
  }

  private void put(RateLimit limit, TokenBucket state) {
    remove(limit.key());
    buckets.put(limit.key(), new Bucket(limit, state));
    effective += state.isEffective() ? 1 : 0;
  }

  private static final class Bucket {
    private final RateLimit limit;
    private TokenBucket state;

    Bucket(RateLimit limit, TokenBucket state) {
      this.limit = limit;
      this.state = state;
    }
  }
}
