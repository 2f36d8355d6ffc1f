package io.reproq.store;

import java.time.Instant;
import java.util.List;

/// The limits on how many tasks start, for all workers of a store together. Part of its
/// [TaskStore], and as safe for use by many threads.
///
/// There is always one for `global`, which limits nothing until it is set.
public interface RateLimits {

  /// Sets a limit, and fills its bucket. It holds from the next claim on.
  void set(RateLimit limit);

  /// Removes the limit with `key`; tasks that waited for it go on.
  ///
  /// @return whether there was one
  boolean remove(String key);

  /// All limits, in ascending order of their keys.
  List<Level> list();

  /// A limit and what its bucket held at some time. From then on it fills at the limit's rate.
  ///
  /// @param key of the limit, in whatever form it was written to the database
  /// @param tokens that may be used at once
  record Level(
      String key, double tokensPerSecond, int burst, double tokens, Instant lastRefilledAt) {}
}
