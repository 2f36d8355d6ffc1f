package io.reproq.jdbc.sqlite;

import io.reproq.dsn.Dsn;
import io.reproq.jdbc.Migrations;
import io.reproq.jdbc.Query;
import io.reproq.jdbc.Session;
import io.reproq.store.StoreException;
import io.reproq.store.StoreProvider;
import io.reproq.store.TaskStore;
import java.sql.SQLException;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/// Opens stores in SQLite files.
public final class SqliteStoreProvider implements StoreProvider {
  private static final Query FILES = SqliteFile.SQL.get("files");

  /// For [java.util.ServiceLoader], and for who wants only [#migrations].
  public SqliteStoreProvider() {}

  @Override
  public Optional<TaskStore> open(Dsn dsn, Settings settings) {
    return dsn instanceof Dsn.Sqlite(var file)
        ? Optional.of(SqliteStore.open(SqliteFile.of(file), settings))
        : Optional.empty();
  }

  /// Opens a store in the file that `dataSource` leads to. Of the data source itself nothing more
  /// is used: the store keeps connections of its own.
  @Override
  public Optional<TaskStore> open(DataSource dataSource, Settings settings) {
    var file = fileOf(dataSource);
    return file == null
        ? Optional.empty()
        : Optional.of(SqliteStore.open(SqliteFile.of(file), settings));
  }

  /// The schema of the database that `dsn` names, which need not exist yet.
  ///
  /// @return empty when it is another provider's
  /// @throws StoreException when it cannot be a database there
  public Optional<Migrations> migrations(Dsn dsn) {
    return dsn instanceof Dsn.Sqlite(var file)
        ? Optional.of(SqliteFile.of(file).migrations())
        : Optional.empty();
  }

  /// The file behind `dataSource`, null when that is no SQLite.
  private static @Nullable String fileOf(DataSource dataSource) {
    try {
      var connection = dataSource.getConnection();
      try (var session = new Session(connection)) {
        if (!connection.getMetaData().getDatabaseProductName().equals("SQLite")) {
          return null;
        }
        var file =
            session.on(FILES).list(Named::read).stream()
                .filter(found -> found.name.equals("main"))
                .map(Named::file)
                .findFirst()
                .orElse("");
        if (file.isEmpty()) {
          throw new StoreException(
              "the SQLite data source keeps its database in memory, where no other connection sees"
                  + " it; for tasks in memory say memory:",
              false,
              null);
        }
        return file;
      }
    } catch (SQLException e) {
      throw new StoreException(
          "could not get a connection from the data source: " + e.getMessage(), true, e);
    }
  }

  private record Named(String name, String file) {
    static Named read(io.reproq.jdbc.PreparedQuery.Row row) throws SQLException {
      return new Named(row.text("name"), row.text("file"));
    }
  }
}
