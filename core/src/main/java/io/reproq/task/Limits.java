package io.reproq.task;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What keeps a task from running beside others.
///
/// @param lockKey at most one task with this key runs at a time; null means no lock
/// @param concurrencyKey at most `concurrencyLimit` tasks with this key run at a time; null means
///   no limit
/// @param concurrencyLimit 0 means no limit
public record Limits(
    @Nullable String lockKey, @Nullable String concurrencyKey, int concurrencyLimit) {
  /// No limits.
  public static final Limits NONE = new Limits(null, null, 0);

  public Limits {
    if (concurrencyLimit < 0) {
      throw new IllegalArgumentException(
          "concurrency_limit must not be negative, was " + concurrencyLimit);
    }
  }

  /// Whether they limit anything. An empty lock key is a key, an empty concurrency key is none.
  public boolean isEffective() {
    return lockKey != null || hasConcurrencyLimit();
  }

  /// Whether only so many tasks with the concurrency key may run at once.
  public boolean hasConcurrencyLimit() {
    return concurrencyKey != null && !concurrencyKey.isEmpty() && concurrencyLimit > 0;
  }

  /// The keys that a task must hold to run, the lock first. A lock and a limit are two keys, even
  /// where they are called alike.
  public List<Key> keys() {
    var keys = new ArrayList<Key>(2);
    if (lockKey != null) {
      keys.add(new Key("lock:" + lockKey, 1));
    }
    if (hasConcurrencyLimit()) {
      keys.add(new Key("slot:" + concurrencyKey, concurrencyLimit));
    }
    return keys;
  }

  /// What a task must hold to run. A task that cannot get it is parked under its name.
  ///
  /// @param limit how many may hold it beside each other, as this task has it
  public record Key(String name, int limit) {}
}
