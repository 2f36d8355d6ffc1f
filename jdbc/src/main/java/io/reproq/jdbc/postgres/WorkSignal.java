package io.reproq.jdbc.postgres;

import io.reproq.jdbc.Query;
import io.reproq.store.StoreException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells listeners that there may be new work: those of this process at once, those of others by a
/// thread of its own, so that no commit waits for it, and once for many commits. Safe for use by
/// many threads.
final class WorkSignal implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WorkSignal.class);
  private static final Query NOTIFY = Database.SQL.get("notify");

  /// Between two messages to the others.
  private static final long PAUSE_NANOS = 5_000_000;

  private final List<Entry> listeners = new CopyOnWriteArrayList<>();
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable Thread thread;
  private volatile boolean isPending;
  private volatile boolean closed;

  /// Adds a listener, and returns what takes it away.
  Runnable listen(Runnable listener) {
    var entry = new Entry(listener);
    listeners.add(entry);
    return () -> listeners.remove(entry);
  }

  /// Calls all listeners of this process.
  void tell() {
    for (var listener : listeners) {
      try {
        listener.call.run();
      } catch (RuntimeException e) {
        LOG.error("a listener for new work failed", e);
      }
    }
  }

  /// Calls all listeners here, and has the others told.
  void announce(Runner runner) {
    tell();
    isPending = true;
    lock.lock();
    try {
      if (thread == null && !closed) {
        thread =
            Thread.ofPlatform()
                .name("reproq-postgres-notify")
                .daemon()
                .start(() -> notifyOthers(runner));
      }
      LockSupport.unpark(thread);
    } finally {
      lock.unlock();
    }
  }

  /// Tells the others what they were not told yet, and ends.
  @Override
  public void close() {
    Thread running;
    lock.lock();
    try {
      closed = true;
      running = thread;
    } finally {
      lock.unlock();
    }
    if (running != null) {
      LockSupport.unpark(running);
      try {
        running.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void notifyOthers(Runner runner) {
    while (!closed || isPending) {
      if (isPending) {
        isPending = false;
        try {
          runner.run("tell of new work in", t -> t.on(NOTIFY).list(row -> row.flag("is_told")));
        } catch (StoreException e) {
          // Nobody depends on it: whoever was not told polls.
          LOG.debug("could not tell others of new work", e);
        }
        if (!closed) {
          LockSupport.parkNanos(this, PAUSE_NANOS);
        }
      } else {
        LockSupport.park(this);
      }
    }
  }

  /// A listener, told apart from itself when it was added twice.
  private static final class Entry {
    private final Runnable call;

    Entry(Runnable call) {
      this.call = call;
    }
  }
}
