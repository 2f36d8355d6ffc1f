package io.reproq.jdbc.sqlite;

import io.reproq.jdbc.PreparedQuery;
import io.reproq.jdbc.Query;
import io.reproq.store.RateLimit;
import io.reproq.store.TokenBucket;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The tokens of the rate limits, within one claim. Nothing is read but the limits that limit
/// anything, and the keys of those that wait.
final class Tokens {
  private static final Query EFFECTIVE_LIMITS = RateLimitRows.SQL.get("effective_limits");
  private static final Query REFILL = RateLimitRows.SQL.get("refill");
  private static final Query LIMIT_KEYS = RateLimitRows.SQL.get("limit_keys");
  private static final Query IS_PARKED_IN = RateLimitRows.SQL.get("is_parked_in");
  private static final Query PARK_LIMITED = RateLimitRows.SQL.get("park_limited");
  private static final String PREFIX = RateLimit.parkingKey("");

  private final Transaction transaction;
  private final Map<String, TokenBucket> buckets = new HashMap<>();
  private final Set<String> changed = new HashSet<>();

  Tokens(Transaction transaction) throws SQLException {
    this.transaction = transaction;
    for (var bucket : transaction.on(EFFECTIVE_LIMITS).list(Named::read)) {
      buckets.put(bucket.key, bucket.state);
    }
  }

  /// Takes a token for a task.
  ///
  /// @return the key of the limit that has none left, null when the task may start
  @Nullable String take(String taskPath, String queue) {
    if (buckets.isEmpty()) {
      return null;
    }
    for (var key :
        List.of(RateLimit.ofTask(taskPath), RateLimit.ofQueue(queue), RateLimit.GLOBAL)) {
      var bucket = buckets.get(key);
      if (bucket != null) {
        var enough = bucket.available(transaction.now()) > 0;
        var left = bucket.take(enough ? 1 : 0, transaction.now());
        if (!left.equals(bucket)) {
          buckets.put(key, left);
          changed.add(key);
        }
        return enough ? null : key;
      }
    }
    return null;
  }

  /// The parking keys of tasks that wait for a token.
  List<String> parkingKeys() throws SQLException {
    return transaction.on(LIMIT_KEYS).list(row -> row.text("key"));
  }

  /// For how many tasks that wait under `parkingKey` there is room.
  int room(String parkingKey) {
    var bucket = buckets.get(parkingKey.substring(PREFIX.length()));
    return bucket == null || bucket.isAhead(transaction.now())
        ? Integer.MAX_VALUE
        : bucket.available(transaction.now());
  }

  /// Moves the ready tasks `ids` out of the way of the others.
  void park(String key, List<Long> ids) throws SQLException {
    transaction
        .on(PARK_LIMITED)
        .set("parked_key", RateLimit.parkingKey(key))
        .set("ids", Values.ids(ids))
        .update();
  }

  /// When there is a token for the first of those that wait in `queues`; null when none waits
  /// there.
  @Nullable Duration untilRoom(List<String> queues) throws SQLException {
    Duration first = null;
    for (var key : parkingKeys()) {
      var bucket = buckets.get(key.substring(PREFIX.length()));
      var wait = bucket == null ? Duration.ZERO : bucket.untilNext(transaction.now());
      if (wait != null && (first == null || wait.compareTo(first) < 0) && waits(key, queues)) {
        first = wait;
      }
    }
    return first;
  }

  private boolean waits(String key, List<String> queues) throws SQLException {
    for (var queue : queues) {
      var query = transaction.on(IS_PARKED_IN).set("parked_key", key);
      var found = query.set("queue_name", queue).number("found");
      if (found != null && found != 0) {
        return true;
      }
    }
    return false;
  }

  /// Writes what was taken.
  void flush() throws SQLException {
    for (var key : changed) {
      var bucket = buckets.get(key);
      if (bucket != null) {
        transaction
            .on(REFILL)
            .set("key", key)
            .set("micro_tokens", bucket.microTokens())
            .set("now", Micros.of(bucket.refilledAt()))
            .update();
      }
    }
  }

  /// A bucket as its row has it.
  private record Named(String key, TokenBucket state) {
    static Named read(PreparedQuery.Row row) throws SQLException {
      return new Named(
          row.text("key"),
          TokenBucket.of(
              Double.parseDouble(row.text("rate")),
              row.integer("burst_size"),
              row.number("micro_tokens"),
              Micros.time(row.number("refilled_micros"))));
    }
  }
}
