package io.reproq.jdbc.postgres;

import io.reproq.jdbc.Query;
import io.reproq.jdbc.Session;
import java.io.Serial;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.locks.LockSupport;
import org.postgresql.PGConnection;
import org.postgresql.ds.PGSimpleDataSource;

/// Makes connections for the pool, which asks less and less often for one that it does not get:
/// after a long outage it would sleep on for seconds. So only the first refusal is told at once;
/// from then on a call waits until the server is back. Safe for use by many threads.
final class PatientSource extends PGSimpleDataSource {
  @Serial private static final long serialVersionUID = 1L;

  private static final Query FOR_ENGINE = Database.SQL.get("for_engine");

  private static final long PAUSE_NANOS = 250_000_000;

  /// About a minute, if the server refuses at once.
  private static final int MOST_TRIES = 240;

  private volatile boolean isAway;

  @Override
  public Connection getConnection() throws SQLException {
    for (var tries = isAway ? MOST_TRIES : 1; ; tries--) {
      try {
        var connection = TrustedConnection.of(tuned(super.getConnection()));
        isAway = false;
        return connection;
      } catch (SQLException e) {
        isAway = PostgresErrors.isDisconnected(e);
        if (!isAway || tries == 1 || Thread.currentThread().isInterrupted()) {
          throw e;
        }
        LockSupport.parkNanos(this, PAUSE_NANOS);
      }
    }
  }

  private static Connection tuned(Connection connection) throws SQLException {
    try (var session = Session.lent(connection)) {
      session
          .on(FOR_ENGINE)
          .set("backend", connection.unwrap(PGConnection.class).getBackendPID())
          .list(row -> true);
      return connection;
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }
}
