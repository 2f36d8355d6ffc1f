package io.reproq.jdbc.postgres;

import io.reproq.jdbc.Query;
import io.reproq.jdbc.Session;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/// One connection that is kept for what ends with it: advisory locks, and listening. For one thread
/// at a time.
final class Cord {
  private static final Query HOLD = Database.SQL.get("hold");
  private static final Query LET_GO = Database.SQL.get("let_go");
  private static final Query BACKEND = Database.SQL.get("backend");
  private static final Query LISTEN = Database.SQL.get("listen");
  private static final Query BEAT_AGAIN = Database.SQL.get("beat_again");

  /// No backend has this number.
  private static final int NO_BACKEND = -1;

  private final Connection connection;
  private final Session session;
  private final @Nullable PGConnection driver;

  Cord(Connection connection) throws SQLException {
    this.connection = connection;
    this.session = new Session(connection);
    this.driver = session.driver(PGConnection.class);
  }

  /// The number that names the lock of a worker.
  static long lockKey(UUID incarnation) {
    return Long.rotateLeft(incarnation.getMostSignificantBits(), 32)
        ^ incarnation.getLeastSignificantBits();
  }

  /// Takes the lock of a worker.
  ///
  /// @return when the server was started that keeps it; null where no lock would be our own
  @Nullable OffsetDateTime hold(UUID incarnation) throws SQLException {
    return session
        .on(HOLD)
        .set("backend", backend())
        .set("lock_key", lockKey(incarnation))
        .first(row -> Objects.requireNonNull(row.value("server_started", OffsetDateTime.class)));
  }

  /// Gives the lock of a worker up.
  void letGo(UUID incarnation) throws SQLException {
    session
        .on(LET_GO)
        .set("backend", backend())
        .set("lock_key", lockKey(incarnation))
        .first(row -> row.flag("was_held"));
  }

  /// Has the server tell of new work from now on, where the session is our own: a pooler's would
  /// tell whoever uses it next.
  void listen() throws SQLException {
    var answering = session.on(BACKEND).number("backend");
    if (answering != null && answering == backend()) {
      session.run(LISTEN);
    }
  }

  /// Counts a heartbeat of a worker whose lock was taken again.
  void beatAgain(UUID incarnation, @Nullable OffsetDateTime serverStarted) throws SQLException {
    session
        .on(BEAT_AGAIN)
        .set("incarnation", incarnation)
        .set("server_started", serverStarted)
        .update();
  }

  /// Waits up to `millis` (at least 1) to be told of new work, and says whether it was.
  ///
  /// @throws SQLException when the connection is lost
  boolean hear(int millis) throws SQLException {
    if (driver == null) {
      if (!connection.isValid(1)) {
        throw new SQLException("the connection that holds the worker's lock is lost", "08006");
      }
      return false;
    }
    var heard = driver.getNotifications(millis);
    return heard != null && heard.length > 0;
  }

  /// The backend that the driver was told of when it connected.
  private int backend() {
    return driver == null ? NO_BACKEND : driver.getBackendPID();
  }

  /// Closes the connection; that it may be lost already is no news.
  void drop() {
    try {
      session.close();
    } catch (SQLException e) {
      Lifeline.LOG.debug("could not close a connection that is given up", e);
    }
  }
}
