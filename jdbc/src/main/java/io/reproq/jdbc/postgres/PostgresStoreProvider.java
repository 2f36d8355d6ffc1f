package io.reproq.jdbc.postgres;

import io.reproq.dsn.Dsn;
import io.reproq.jdbc.Migrations;
import io.reproq.store.StoreException;
import io.reproq.store.StoreProvider;
import io.reproq.store.TaskStore;
import java.sql.SQLException;
import java.util.Optional;
import java.util.OptionalLong;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/// Opens stores in PostgreSQL databases.
public final class PostgresStoreProvider implements StoreProvider {
  /// For [java.util.ServiceLoader], and for who wants only [#migrations].
  public PostgresStoreProvider() {}

  @Override
  public Optional<TaskStore> open(Dsn dsn, Settings settings) {
    return dsn instanceof Dsn.Postgres postgres
        ? Optional.of(PostgresStore.open(Database.of(postgres), settings))
        : Optional.empty();
  }

  /// Opens a store on a caller's data source, which stays the caller's to close. A worker keeps two
  /// of its connections for as long as it runs.
  @Override
  public Optional<TaskStore> open(DataSource dataSource, Settings settings) {
    var place = placeOf(dataSource);
    return place == null
        ? Optional.empty()
        : Optional.of(PostgresStore.open(Database.of(dataSource, place), settings));
  }

  /// The schema of the database that `dsn` names.
  ///
  /// @return empty when it is another provider's
  public Optional<Migrations> migrations(Dsn dsn) {
    if (!(dsn instanceof Dsn.Postgres postgres)) {
      return Optional.empty();
    }
    try (var database = Database.of(postgres)) {
      // Migrations connect by themselves, beside the pool.
      return Optional.of(database.migrations());
    }
  }

  /// How many tasks the migrations of the database that `dsn` names would adopt from the system
  /// that Reproq replaces.
  ///
  /// @return empty when it is another provider's, or there is nothing to adopt any more
  public OptionalLong adoptable(Dsn dsn) {
    if (!(dsn instanceof Dsn.Postgres postgres)) {
      return OptionalLong.empty();
    }
    try (var database = Database.of(postgres)) {
      return database.adoptable();
    }
  }

  /// Where `dataSource` leads, null when that is no PostgreSQL.
  private static @Nullable String placeOf(DataSource dataSource) {
    try (var connection = dataSource.getConnection()) {
      var about = connection.getMetaData();
      if (!about.getDatabaseProductName().equals("PostgreSQL")) {
        return null;
      }
      // Of the address only what stands before the options, where a password may be.
      return String.valueOf(about.getURL()).split("\\?", 2)[0];
    } catch (SQLException e) {
      throw new StoreException(
          "could not get a connection from the data source: " + e.getMessage(), true, e);
    }
  }
}
