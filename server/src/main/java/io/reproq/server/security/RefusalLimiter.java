package io.reproq.server.security;

import io.reproq.clock.TimeSource;
import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.concurrent.locks.ReentrantLock;

/// Counts refused requests by host, in fixed windows. Safe for use by many threads.
final class RefusalLimiter {
  private final LimiterConfig config;
  private final TimeSource time;
  private final ReentrantLock lock = new ReentrantLock();

  /// In the order in which windows began, so the stale ones come first.
  private final SequencedMap<InetAddress, Window> windows = new LinkedHashMap<>();

  RefusalLimiter(LimiterConfig config, TimeSource time) {
    this.config = config;
    this.time = time;
  }

  /// Counts one more refusal of `host`.
  ///
  /// @return whether it has had its share in this window already
  boolean refuse(InetAddress host) {
    lock.lock();
    try {
      var now = time.nanoTime();
      dropStale(now);
      var known = windows.get(host);
      if (known == null) {
        if (windows.size() >= config.maxEntries()) {
          windows.pollFirstEntry();
        }
        windows.put(host, new Window(now, 1));
        return false;
      }
      if (known.refusals() >= config.limit()) {
        return true;
      }
      windows.replace(host, new Window(known.startNanos(), known.refusals() + 1));
      return false;
    } finally {
      lock.unlock();
    }
  }

  int hosts() {
    lock.lock();
    try {
      return windows.size();
    } finally {
      lock.unlock();
    }
  }

  private void dropStale(long now) {
    var first = windows.firstEntry();
    while (first != null && now - first.getValue().startNanos() >= config.window().toNanos()) {
      windows.pollFirstEntry();
      first = windows.firstEntry();
    }
  }

  private record Window(long startNanos, int refusals) {}
}
