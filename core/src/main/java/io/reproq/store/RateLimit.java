package io.reproq.store;

/// How many tasks may start: on the whole, of a queue or of a path.
///
/// Of several that fit a task, the first that limits anything holds: that of its path, that of its
/// queue, the global one. In any span of `t` seconds no more than `burst + tokensPerSecond × t`
/// tasks start under one limit. Rates are kept in millionths of a token per second.
///
/// @param key `task:` and a path, `queue:` and a queue's name, or `global`
/// @param tokensPerSecond starts in the long run; 0 for a limit that limits nothing
/// @param burst how many may start at once after a rest, at least 1
public record RateLimit(String key, double tokensPerSecond, int burst) {
  /// The key of the limit that holds where no other does.
  public static final String GLOBAL = "global";

  private static final String TASK = "task:";
  private static final String QUEUE = "queue:";
  private static final double SLOWEST = 1e-6;
  private static final double FASTEST = 1e6;

  public RateLimit {
    checkKey(key);
    if (tokensPerSecond != 0 && !(tokensPerSecond >= SLOWEST && tokensPerSecond <= FASTEST)) {
      throw new IllegalArgumentException(
          "the rate must be 0, for no limit, or from 0.000001 to 1000000 tokens a second, was "
              + tokensPerSecond);
    }
    if (burst < 1) {
      throw new IllegalArgumentException("the burst must be at least 1, was " + burst);
    }
  }

  /// Passes `key` on when it is one.
  ///
  /// @throws IllegalArgumentException when it is not
  public static String checkKey(String key) {
    var isKey =
        key.equals(GLOBAL)
            || (key.startsWith(TASK) && key.length() > TASK.length())
            || (key.startsWith(QUEUE) && key.length() > QUEUE.length());
    if (!isKey) {
      throw new IllegalArgumentException(
          "the key must be task:PATH, queue:NAME or global, was '" + key + "'");
    }
    return key;
  }

  /// The key of the limit of a path.
  public static String ofTask(String taskPath) {
    return TASK + taskPath;
  }

  /// The key of the limit of a queue.
  public static String ofQueue(String queue) {
    return QUEUE + queue;
  }

  /// The key under which tasks wait for a token of the limit with `key`.
  public static String parkingKey(String key) {
    return "rate:" + key;
  }
}
