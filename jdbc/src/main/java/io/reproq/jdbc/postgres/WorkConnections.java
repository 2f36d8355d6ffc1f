package io.reproq.jdbc.postgres;

import com.zaxxer.hikari.HikariDataSource;
import io.reproq.store.PoolUse;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/// Connections for the work of handlers, apart from the engine's own: however many handlers want
/// one, claims and heartbeats go on. Safe for use by many threads.
final class WorkConnections implements AutoCloseable {
  /// So many are lent at once.
  static final int MOST = 8;

  private final DataSource source;
  private final @Nullable HikariDataSource pool;
  private final Semaphore free = new Semaphore(MOST, /* fair= */ true);
  private final LongAdder waits = new LongAdder();

  private volatile boolean isPooled;

  private WorkConnections(DataSource source, @Nullable HikariDataSource pool) {
    this.source = source;
    this.pool = pool;
  }

  /// Connections of a pool of ours, which is closed with this.
  static WorkConnections of(HikariDataSource pool) {
    return new WorkConnections(pool, pool);
  }

  /// Connections of a caller's `source`.
  static WorkConnections of(DataSource source) {
    return new WorkConnections(source, null);
  }

  /// Says that a pooler stands before the server.
  void arePooled() {
    isPooled = true;
  }

  /// How many are lent now, and how often somebody had to wait for one.
  PoolUse use() {
    return new PoolUse(MOST - free.availablePermits(), waits.sum());
  }

  /// A connection in a transaction of its own. Waits until one is free.
  Lent lend() throws SQLException, InterruptedException {
    if (!free.tryAcquire(0, TimeUnit.SECONDS)) {
      waits.increment();
      free.acquire();
    }
    try {
      var lent = new Lent(source.getConnection());
      if (isPooled) {
        Database.keepNothingOnServer(lent.connection());
      }
      return lent;
    } catch (SQLException | RuntimeException | Error e) {
      free.release();
      throw e;
    }
  }

  @Override
  public void close() {
    if (pool != null) {
      pool.close();
    }
  }

  /// One connection while it is lent. Unless its transaction was ended, it is given up with it.
  final class Lent implements AutoCloseable {
    private final Connection connection;
    private final ReentrantLock ending = new ReentrantLock();
    private boolean isReturned;
    private boolean isUseless;

    private Lent(Connection connection) throws SQLException {
      this.connection = connection;
      try {
        connection.setAutoCommit(false);
      } catch (SQLException e) {
        connection.close();
        throw e;
      }
    }

    Connection connection() {
      return connection;
    }

    /// Undoes the transaction by closing the connection under it, from any thread. Does nothing
    /// once the connection is another's.
    void abort() {
      ending.lock();
      try {
        if (!isReturned && !isUseless) {
          isUseless = true;
          if (pool != null) {
            pool.evictConnection(connection);
          }
          connection.abort(Runnable::run);
        }
      } catch (SQLException e) {
        PostgresStore.LOG.debug("could not close a connection that is given up", e);
      } finally {
        ending.unlock();
      }
    }

    /// Undoes the transaction, after `cause`.
    void rollBack(Throwable cause) {
      try {
        connection.rollback();
      } catch (SQLException e) {
        // The connection is lost, and the transaction with it.
        cause.addSuppressed(e);
        abort();
      }
    }

    /// Gives the connection back. Its transaction was committed or rolled back, or it is useless.
    @Override
    public void close() {
      ending.lock();
      try {
        isReturned = true;
        if (!isUseless) {
          connection.setAutoCommit(true);
        }
        connection.close();
      } catch (SQLException e) {
        PostgresStore.LOG.debug("could not give a connection back", e);
      } finally {
        ending.unlock();
        free.release();
      }
    }
  }
}
