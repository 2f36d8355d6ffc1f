package io.reproq.server.security;

import java.time.Duration;

/// How many refusals a host gets before it is told to wait.
///
/// @param limit refusals in one window, at least 1
/// @param window how long a window is; it begins with a host's first refusal
/// @param maxEntries how many hosts are remembered, at least 1
public record LimiterConfig(int limit, Duration window, int maxEntries) {
  /// 30 in a minute, of 1000 hosts.
  public static final LimiterConfig DEFAULT = new LimiterConfig(30, Duration.ofMinutes(1), 1000);

  public LimiterConfig {
    positive("limit", limit);
    positive("maxEntries", maxEntries);
    if (!window.isPositive()) {
      throw new IllegalArgumentException("window must be positive, was " + window);
    }
  }

  private static void positive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " must be at least 1, was " + value);
    }
  }
}
