package io.reproq.jdbc.postgres;

import io.reproq.clock.TimeSource;
import io.reproq.jdbc.PreparedQuery;
import io.reproq.jdbc.Query;
import io.reproq.jdbc.Session;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/// One verb on one connection. Each statement commits by itself, unless the verb says [#begin]
/// before them. For one thread.
final class Transaction {
  private static final Query BEGIN = Database.SQL.get("begin");
  private static final Query BEGIN_CHANGE = Database.SQL.get("begin_change");
  private static final Query COMMIT = Database.SQL.get("commit");
  private static final Query ROLLBACK = Database.SQL.get("rollback");

  private final Session session;
  private final @Nullable TimeSource clock;
  private final boolean isJoined;
  private boolean isOpen;
  private boolean bringsWork;
  private final Set<String> freed = new HashSet<>();

  /// @param clock null where the database's clock decides
  Transaction(Session session, @Nullable TimeSource clock) {
    this(session, clock, /* isJoined= */ false);
  }

  private Transaction(Session session, @Nullable TimeSource clock, boolean isJoined) {
    this.session = session;
    this.clock = clock;
    this.isJoined = isJoined;
  }

  /// A part of the transaction that `session` is in, which somebody else began and will end.
  static Transaction joined(Session session, @Nullable TimeSource clock) {
    return new Transaction(session, clock, /* isJoined= */ true);
  }

  /// The prepared form of `query`.
  PreparedQuery on(Query query) throws SQLException {
    return session.on(query);
  }

  /// The prepared form of a `query` that asks for the time by `:now`.
  PreparedQuery onNow(Query query) throws SQLException {
    OffsetDateTime now = clock == null ? null : clock.now().atOffset(ZoneOffset.UTC);
    return session.on(query).set("now", now);
  }

  /// The number of the server's process as the driver knows it, 0 when it does not tell.
  int backend() throws SQLException {
    var driver = session.driver(PGConnection.class);
    return driver == null ? 0 : driver.getBackendPID();
  }

  /// From here on all statements are one transaction.
  void begin() throws SQLException {
    if (isJoined) {
      return;
    }
    session.run(BEGIN);
    isOpen = true;
  }

  /// The same for a change of tables, which gives up soon when they are in use.
  void beginChange() throws SQLException {
    session.run(BEGIN_CHANGE);
    isOpen = true;
  }

  /// There may be work to claim once this is committed.
  void bringWork() {
    bringsWork = true;
  }

  boolean bringsWork() {
    return bringsWork;
  }

  /// Once this is committed, nobody holds `key` for what it has ended.
  void free(String key) {
    freed.add(key);
  }

  /// Keys under which parked tasks are to be looked for once this is committed.
  Set<String> freed() {
    return freed;
  }

  /// Ends what [#begin] began, if it was.
  void commit() throws SQLException {
    if (isOpen) {
      isOpen = false;
      session.run(COMMIT);
    }
  }

  /// Undoes what [#begin] began, after `cause`.
  void rollBack(Throwable cause) {
    if (isOpen) {
      isOpen = false;
      try {
        session.run(ROLLBACK);
      } catch (SQLException e) {
        // The connection is lost, and the transaction with it.
        cause.addSuppressed(e);
      }
    }
  }

  /// What is done in a transaction.
  @FunctionalInterface
  interface Verb<T extends @Nullable Object> {
    T in(Transaction transaction) throws SQLException;
  }
}
