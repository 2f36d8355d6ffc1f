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

  // The thread's own, once it has begun.
  private Session session;
  private @Nullable Long known;

  /// Starts the thread. What is committed from now on is noticed.
  WorkSignal(SqliteFile file) throws SQLException {
    this.file = file;
    this.session = file.session(FOR_READING);
    this.known = version();
    this.thread = Thread.ofPlatform().name("reproq-sqlite-watch").daemon().unstarted(this::watch);
    thread.start();
  }

  /// Adds a listener, and returns what takes it away.
  Runnable listen(Runnable listener) {
    var entry = new Entry(listener);
    listeners.add(entry);
    LockSupport.unpark(thread);
    return () -> {
      entry.isGone = true;
      listeners.remove(entry);
    };
  }

  /// Calls all listeners.
  void tell() {
    for (var listener : listeners) {
      try {
        if (!listener.isGone) {
          listener.call.run();
        }
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
    while (!closed) {
      if (listeners.isEmpty()) {
        LockSupport.park(this);
      } else {
        try {
          look();
          LockSupport.parkNanos(this, PAUSE_NANOS);
        } catch (SQLException e) {
          LOG.warn("cannot watch the {} for new work; trying on", file.describe(), e);
          LockSupport.parkNanos(this, PAUSE_AFTER_ERROR_NANOS);
          reopen();
        }
      }
    }
    close(session);
  }

  private void look() throws SQLException {
    var version = version();
    if (version != null && !version.equals(known)) {
      known = version;
      tell();
    }
  }

  private @Nullable Long version() throws SQLException {
    return session.on(DATA_VERSION).number("data_version");
  }

  /// A version means something to its own connection alone, so with a new one there may be new
  /// work.
  private void reopen() {
    try {
      var fresh = file.session(FOR_READING);
      close(session);
      session = fresh;
      known = null;
    } catch (SQLException e) {
      LOG.debug("the {} cannot be opened again yet", file.describe(), e);
    }
  }

  private void close(Session old) {
    try {
      old.close();
    } catch (SQLException e) {
      LOG.warn("could not close the {}", file.describe(), e);
    }
  }

  /// A listener, told apart from itself when it was added twice.
  private static final class Entry {
    private final Runnable call;
    private volatile boolean isGone;

    Entry(Runnable call) {
      this.call = call;
    }
  }
}
