package io.reproq.jdbc.sqlite;

import io.reproq.jdbc.Query;
import io.reproq.jdbc.Session;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells listeners that there may be new work. What this process commits is told at once; commits
/// of others are noticed by a thread that asks SQLite for its data version as long as anybody
/// listens. Safe for use by many threads.
final class WorkSignal implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WorkSignal.class);

  private static final Query FOR_READING = SqliteFile.SQL.get("for_reading");
  private static final Query DATA_VERSION = SqliteFile.SQL.get("data_version");
  private static final long PAUSE_NANOS = 10_000_000;
  private static final long PAUSE_AFTER_ERROR_NANOS = 1_000_000_000;

  private final SqliteFile file;
  private final List<Entry> listeners = new CopyOnWriteArrayList<>();
  private final Thread thread;
  private volatile boolean closed;

  WorkSignal(SqliteFile file) {
    this.file = file;
    this.thread = Thread.ofPlatform().name("reproq-sqlite-watch").daemon().unstarted(this::watch);
    thread.start();
  }

  /// Adds a listener, and returns what takes it away.
  Runnable listen(Runnable listener) {
    var entry = new Entry(listener);
    listeners.add(entry);
    LockSupport.unpark(thread);
    return () -> listeners.remove(entry);
  }

  /// Calls all listeners.
  void tell() {
    for (var listener : listeners) {
      try {
        listener.call.run();
      } catch (RuntimeException e) {
        LOG.error("a listener for new work failed", e);
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void watch() {
    var isWell = true;
    while (!closed) {
      if (listeners.isEmpty()) {
        LockSupport.park(this);
      } else {
        try (var session = file.session(FOR_READING)) {
          watch(session);
          isWell = true;
        } catch (SQLException e) {
          if (isWell) {
            LOG.warn("cannot watch the {} for new work; trying on", file.describe(), e);
          }
          isWell = false;
          LockSupport.parkNanos(this, PAUSE_AFTER_ERROR_NANOS);
        }
      }
    }
  }

  private void watch(Session session) throws SQLException {
    @Nullable Long known = null;
    while (!closed && !listeners.isEmpty()) {
      var version = session.on(DATA_VERSION).number("data_version");
      if (version != null && !version.equals(known)) {
        known = version;
        // The first version too: something may have come before it.
        tell();
      }
      LockSupport.parkNanos(this, PAUSE_NANOS);
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
