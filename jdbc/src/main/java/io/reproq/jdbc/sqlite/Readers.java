package io.reproq.jdbc.sqlite;

import io.reproq.jdbc.PreparedQuery;
import io.reproq.jdbc.Query;
import io.reproq.jdbc.Session;
import io.reproq.store.PoolUse;
import io.reproq.store.StoreException;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A few connections for reading, opened when they are needed and kept. Safe for use by many
/// threads.
final class Readers implements AutoCloseable {
  private static final Query FOR_READING = SqliteFile.SQL.get("for_reading");
  private static final Query BEGIN = SqliteFile.SQL.get("begin_read");
  private static final Query COMMIT = SqliteFile.SQL.get("commit");
  private static final int MOST = 3;

  private final SqliteFile file;
  private final Semaphore places = new Semaphore(MOST);
  private final ReentrantLock lock = new ReentrantLock();
  private final Deque<Session> idle = new ArrayDeque<>();
  private final LongAdder waits = new LongAdder();
  private boolean closed;

  Readers(SqliteFile file) {
    this.file = file;
  }

  /// How many are read from now, and how often somebody had to wait for one.
  PoolUse use() {
    return new PoolUse(MOST - places.availablePermits(), waits.sum());
  }

  /// Reads from one state of the database.
  ///
  /// @param what the thing to do, as in "could not read"
  <T extends @Nullable Object> T read(String what, Look<T> look) {
    if (!places.tryAcquire()) {
      waits.increment();
      places.acquireUninterruptibly();
    }
    try {
      var session = take();
      var isSound = false;
      try {
        session.on(BEGIN).update();
        var answer = look.at(session::on);
        session.on(COMMIT).update();
        isSound = true;
        return answer;
      } finally {
        giveBack(session, isSound);
      }
    } catch (SQLException e) {
      throw file.failure(what, e);
    } finally {
      places.release();
    }
  }

  private Session take() throws SQLException {
    lock.lock();
    try {
      if (closed) {
        throw new StoreException("the " + file.describe() + " is closed", false, null);
      }
      var session = idle.poll();
      if (session != null) {
        return session;
      }
    } finally {
      lock.unlock();
    }
    return file.session(FOR_READING);
  }

  /// Closes a session on which something failed: its transaction ends with it.
  private void giveBack(Session session, boolean isSound) throws SQLException {
    lock.lock();
    try {
      if (isSound && !closed) {
        idle.push(session);
        return;
      }
    } finally {
      lock.unlock();
    }
    session.close();
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      for (var session : idle) {
        session.close();
      }
      idle.clear();
    } catch (SQLException e) {
      throw file.failure("close", e);
    } finally {
      lock.unlock();
    }
  }

  /// Something that is read.
  @FunctionalInterface
  interface Look<T extends @Nullable Object> {
    T at(Source source) throws SQLException;
  }

  /// Where it is read from.
  @FunctionalInterface
  interface Source {
    PreparedQuery on(Query query) throws SQLException;
  }
}
