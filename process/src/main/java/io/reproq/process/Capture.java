package io.reproq.process;

import java.io.ByteArrayOutputStream;
import java.util.concurrent.locks.ReentrantLock;

/// The first bytes of a stream, up to a limit, and the number of all. Safe for use by many threads.
final class Capture {
  private final int limit;
  private final ReentrantLock lock = new ReentrantLock();
  private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
  private long dropped;

  Capture(int limit) {
    this.limit = limit;
  }

  void append(byte[] bytes, int length) {
    lock.lock();
    try {
      var fits = Math.min(length, limit - kept.size());
      kept.write(bytes, 0, fits);
      dropped += length - fits;
    } finally {
      lock.unlock();
    }
  }

  byte[] bytes() {
    lock.lock();
    try {
      return kept.toByteArray();
    } finally {
      lock.unlock();
    }
  }

  /// How many bytes were more than is kept.
  long dropped() {
    lock.lock();
    try {
      return dropped;
    } finally {
      lock.unlock();
    }
  }
}
