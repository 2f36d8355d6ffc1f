package io.reproq.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One connection with its statements, each prepared at its first use and kept. For one thread at a
/// time.
public final class Session implements AutoCloseable {
  private final Connection connection;
  private final Map<Query, PreparedQuery> prepared;

  /// A session on `connection`, which it closes at its end.
  public Session(Connection connection) {
    this.connection = connection;
    this.prepared = new HashMap<>();
  }

  /// The prepared form of `query`, without parameters as yet.
  public PreparedQuery on(Query query) throws SQLException {
    var known = prepared.get(query);
    if (known == null) {
      known = new PreparedQuery(query, connection.prepareStatement(query.sql()));
      prepared.put(query, known);
    }
    return known;
  }

  /// The driver's own connection, null when it is no `type`.
  public <T> @Nullable T driver(Class<T> type) throws SQLException {
    return connection.isWrapperFor(type) ? connection.unwrap(type) : null;
  }

  /// Runs a script of one or more statements that bring no rows.
  public void run(Query script) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.executeUpdate(script.sql());
    }
  }

  @Override
  public void close() throws SQLException {
    prepared.clear();
    connection.close();
  }
}
