package io.reproq.jdbc.sqlite;

import io.reproq.jdbc.Query;
import io.reproq.jdbc.Session;
import io.reproq.store.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;

/// A transaction of somebody else's, on a connection to the file of a store. It is neither begun
/// nor ended here. For one thread.
final class CallersTransaction {
  private static final Query FILES = SqliteFile.SQL.get("files");

  private final SqliteFile file;
  private final Connection connection;

  CallersTransaction(SqliteFile file, Connection connection) {
    this.file = file;
    this.connection = connection;
  }

  /// Runs `verb` as a part of it, at `now` by the store's clock.
  ///
  /// @param what the thing to do, as in "could not enqueue into"
  /// @throws IllegalArgumentException when it is no transaction, or another database's; nothing was
  ///   sent
  /// @throws StoreException when it could not be done; it is to be rolled back
  <T> T run(String what, Transaction.Verb<T> verb, Instant now) {
    try (var session = Session.lent(connection)) {
      check(session);
      var transaction = new Transaction(session, now);
      var answer = verb.in(transaction);
      transaction.finish();
      return answer;
    } catch (SQLException e) {
      var failure = file.failure(what, e);
      throw new StoreException(
          failure.getMessage() + "; nothing of your transaction can be kept: roll it back",
          failure.isTransient(),
          e);
    }
  }

  private void check(Session session) throws SQLException {
    if (connection.getAutoCommit()) {
      throw new IllegalArgumentException(
          "the connection must be in a transaction of yours, but it commits every statement by"
              + " itself, so nothing was sent: call setAutoCommit(false) before, and commit() when"
              + " your own data is written");
    }
    var product = connection.getMetaData().getDatabaseProductName();
    if (!product.equals("SQLite")) {
      throw elsewhere(product);
    }
    var found =
        session
            .on(FILES)
            .list(row -> row.text("name").equals("main") ? row.text("file") : "")
            .stream()
            .filter(name -> !name.isEmpty())
            .findFirst()
            .orElse("");
    try {
      if (found.isEmpty() || !Files.isSameFile(Path.of(found), file.path())) {
        throw elsewhere(found.isEmpty() ? "a database in memory" : found);
      }
    } catch (IOException e) {
      throw new StoreException(
          "could not look at the file of your connection, so nothing was sent: " + e.getMessage(),
          true,
          e);
    }
  }

  private IllegalArgumentException elsewhere(String found) {
    return new IllegalArgumentException(
        "the tasks are in the %s, but the connection leads to %s, so nothing was sent: use one to"
                .formatted(file.describe(), found)
            + " the file that the tasks are in");
  }
}
