package io.reproq.jdbc;

import io.reproq.store.StoreException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// The schema of one database, step by step: forward only, each step once, in one transaction with
/// all others that are missing. Several processes may run it at once: one does the work, the others
/// wait for it.
///
/// The statements `begin`, `make_table`, `applied`, `record`, `commit` and `rollback` of the
/// dialect do the rest. Safe for use by many threads.
public final class Migrations {
  private static final String SUCCESSFUL_COMPLETION = "00000";

  private final List<Migration> all;
  private final Queries dialect;
  private final Database database;

  /// @param owner beside which the files lie
  /// @param files in ascending order, called like `V0001__places.sql`
  public Migrations(Class<?> owner, List<String> files, Queries dialect, Database database) {
    this.all = files.stream().map(file -> Migration.read(owner, file)).toList();
    this.dialect = dialect;
    this.database = database;
    for (var i = 1; i < all.size(); i++) {
      if (all.get(i).version() <= all.get(i - 1).version()) {
        throw new IllegalArgumentException("migrations stand in ascending order: " + files);
      }
    }
  }

  /// All steps that this program knows, in their order.
  public List<Migration> all() {
    return all;
  }

  /// The steps that the database lacks, in their order. Changes nothing.
  ///
  /// @throws StoreException when the database cannot be read, or is newer than this program
  public List<Migration> missing() {
    if (!database.exists()) {
      return all;
    }
    return in("look at the schema of", session -> missingIn(session));
  }

  /// Brings the database up to date and returns the steps it took.
  ///
  /// @throws StoreException when it could not be done, or the database is newer than this program;
  ///   then nothing was changed
  public List<Migration> run() {
    return run(notice -> {});
  }

  /// The same.
  ///
  /// @param listener is told, once all is done, what the steps had to say of their work
  public List<Migration> run(Consumer<String> listener) {
    var notices = new ArrayList<String>();
    var steps = in("migrate", (session, connection) -> apply(session, connection, notices));
    notices.forEach(listener);
    return steps;
  }

  private List<Migration> apply(Session session, Connection connection, List<String> notices)
      throws SQLException {
    if (missingIn(session).isEmpty()) {
      return List.of();
    }
    session.run(dialect.get("begin"));
    try {
      session.run(dialect.get("make_table"));
      // Looked at again under the lock: another process may have been faster.
      var steps = missingIn(session);
      for (var step : steps) {
        try (var statement = connection.createStatement()) {
          statement.executeUpdate(step.sql());
          listen(statement, notices);
        }
        session
            .on(dialect.get("record"))
            .set("version", step.version())
            .set("name", step.name())
            .update();
      }
      session.run(dialect.get("commit"));
      return steps;
    } catch (SQLException | RuntimeException e) {
      try {
        session.run(dialect.get("rollback"));
      } catch (SQLException rollback) {
        e.addSuppressed(rollback);
      }
      throw e;
    }
  }

  /// What a script says on purpose has no code, unlike what the server remarks by itself.
  private static void listen(Statement statement, List<String> notices) throws SQLException {
    for (var said = statement.getWarnings(); said != null; said = said.getNextWarning()) {
      if (SUCCESSFUL_COMPLETION.equals(said.getSQLState())) {
        notices.add(String.valueOf(said.getMessage()));
      }
    }
  }

  private List<Migration> missingIn(Session session) throws SQLException {
    var hasTable = session.on(dialect.get("has_table")).number("found");
    if (hasTable == null || hasTable == 0) {
      return all;
    }
    var applied = session.on(dialect.get("applied")).list(row -> row.integer("version"));
    var newest = applied.stream().mapToInt(Integer::intValue).max().orElse(0);
    if (newest > all.getLast().version()) {
      throw new StoreException(
          "%s has schema version %d, but this program knows only up to %d: use a newer reproq"
              .formatted(database.describe(), newest, all.getLast().version()),
          false,
          null);
    }
    var missing = new ArrayList<>(all);
    missing.removeIf(step -> applied.contains(step.version()));
    return List.copyOf(missing);
  }

  private List<Migration> in(String what, Read read) {
    return in(what, (session, connection) -> read.in(session));
  }

  private List<Migration> in(String what, Work work) {
    try {
      var connection = database.open();
      try (var session = new Session(connection)) {
        return work.in(session, connection);
      }
    } catch (SQLException e) {
      throw database.failure(what, e);
    }
  }

  /// Where the schema is.
  public interface Database {
    /// Its kind and place, for messages.
    String describe();

    /// Whether there is anything to look at.
    boolean exists();

    /// A new connection, that commits each statement by itself.
    Connection open() throws SQLException;

    /// What `thrown` means.
    ///
    /// @param what the thing that was to be done, as in "could not migrate"
    StoreException failure(String what, SQLException thrown);
  }

  @FunctionalInterface
  private interface Read {
    List<Migration> in(Session session) throws SQLException;
  }

  @FunctionalInterface
  private interface Work {
    List<Migration> in(Session session, Connection connection) throws SQLException;
  }
}
