package io.reproq.jdbc.sqlite;

import io.reproq.clock.TimeSource;
import io.reproq.jdbc.Migrations;
import io.reproq.jdbc.Queries;
import io.reproq.jdbc.Query;
import io.reproq.jdbc.Session;
import io.reproq.store.StoreException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import org.sqlite.SQLiteDataSource;

/// One SQLite database on disk, and how it is connected to. Immutable.
final class SqliteFile implements Migrations.Database {
  static final Queries SQL = Queries.of(SqliteFile.class, "connection.sql");

  private static final Query FOR_MIGRATING = SQL.get("for_migrating");
  private static final Query JOURNAL_MODE = SQL.get("journal_mode");
  private static final Query USE_WAL = SQL.get("use_wal");

  private static final List<String> MIGRATIONS =
      List.of(
          "V0001__places.sql",
          "V0002__surface.sql",
          "V0003__schedules.sql",
          "V0005__keys.sql",
          "V0006__workflows.sql",
          "V0007__rate_limits.sql",
          "V0008__notes.sql");
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final long PAUSE_NANOS = 2_000_000;

  private final Path path;

  private SqliteFile(Path path) {
    this.path = path;
  }

  /// The database in `file`, which need not exist yet.
  ///
  /// @throws StoreException when it cannot be a database there
  static SqliteFile of(String file) {
    if (file.startsWith(":memory:") || file.startsWith("file:")) {
      throw refused(
          "an SQLite database of Reproq is a plain file, was '%s'; for tasks in memory say memory:"
              .formatted(file));
    }
    Path path;
    try {
      path = Path.of(file).toAbsolutePath().normalize();
    } catch (InvalidPathException e) {
      throw new StoreException("'%s' is no file name: %s".formatted(file, e.getReason()), false, e);
    }
    check(path);
    return new SqliteFile(path);
  }

  private static void check(Path path) {
    var folder = Objects.requireNonNullElse(path.getParent(), path);
    if (path.toString().contains("?")) {
      throw refused("the SQLite driver takes no '?' in a file name, was %s".formatted(path));
    }
    if (!Files.isDirectory(folder)) {
      throw refused(
          "cannot open the SQLite database %s: there is no folder %s; create it first"
              .formatted(path, folder));
    }
    if (Files.isDirectory(path)) {
      throw refused(
          "cannot open the SQLite database %s: it is a folder; name a file".formatted(path));
    }
    if (Files.exists(path) && (!Files.isReadable(path) || !Files.isWritable(path))) {
      throw refused(
          "cannot open the SQLite database %s: the file must be readable and writable"
              .formatted(path));
    }
    if (!Files.isWritable(folder)) {
      throw refused(
          "cannot open the SQLite database %s: its folder must be writable, SQLite keeps its log"
                  .formatted(path)
              + " there");
    }
  }

  private static StoreException refused(String message) {
    return new StoreException(message, false, null);
  }

  /// The file, absolute.
  Path path() {
    return path;
  }

  /// The schema of this database.
  Migrations migrations() {
    return new Migrations(
        SqliteFile.class, MIGRATIONS, Queries.of(SqliteFile.class, "migrations.sql"), this);
  }

  /// A new session that was told `settings`.
  Session session(Query settings) throws SQLException {
    var connection = connect();
    try {
      var session = new Session(connection);
      session.run(settings);
      return session;
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  @Override
  public String describe() {
    return "SQLite database " + path;
  }

  @Override
  public boolean exists() {
    return Files.exists(path);
  }

  /// A new connection for migrating, to a file that keeps a write-ahead log from then on.
  @Override
  public Connection open() throws SQLException {
    var connection = connect();
    try {
      var session = new Session(connection);
      session.run(FOR_MIGRATING);
      useWal(session);
      return connection;
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  @Override
  public StoreException failure(String what, SQLException thrown) {
    return SqliteErrors.failure("the " + describe(), what, thrown);
  }

  private Connection connect() throws SQLException {
    var source = new SQLiteDataSource();
    source.setUrl("jdbc:sqlite:" + path);
    return source.getConnection();
  }

  /// Changing the mode needs the file alone, and SQLite does not wait for that by itself.
  private void useWal(Session session) throws SQLException {
    var time = TimeSource.system();
    var end = time.nanoTime() + PATIENCE.toNanos();
    while (!"wal".equals(session.on(JOURNAL_MODE).first(row -> row.text("journal_mode")))) {
      try {
        var mode = session.on(USE_WAL).first(row -> row.text("journal_mode"));
        if (!"wal".equals(mode)) {
          throw refused(
              "the %s cannot keep a write-ahead log, its journal mode stays %s; use a local disk"
                  .formatted(describe(), mode));
        }
      } catch (SQLException e) {
        if (!SqliteErrors.isBusy(e) || time.nanoTime() - end > 0) {
          throw e;
        }
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }
}
