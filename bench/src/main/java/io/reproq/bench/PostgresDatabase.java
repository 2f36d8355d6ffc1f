package io.reproq.bench;

import io.reproq.Reproq;
import io.reproq.ReproqBuilder;
import io.reproq.dsn.Dsn;
import io.reproq.jdbc.PreparedQuery;
import io.reproq.jdbc.Queries;
import io.reproq.jdbc.Session;
import io.reproq.store.StoreProvider;
import io.reproq.store.TaskStore;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A database made for a measurement, dropped when it is closed.
final class PostgresDatabase implements AutoCloseable {
  static final Queries SQL = Queries.of(PostgresDatabase.class, "postgres.sql");

  private final Dsn.Postgres server;
  private final Dsn.Postgres dsn;

  /// @param server any other database of the same server
  PostgresDatabase(Dsn.Postgres server, String name) {
    this.server = server;
    this.dsn =
        new Dsn.Postgres(
            server.user(), server.password(), server.host(), server.port(), name, server.options());
  }

  /// Makes it.
  void create() throws SQLException {
    execute(server, "CREATE DATABASE " + dsn.database());
    for (var extension : List.of("pg_stat_statements", "pg_walinspect")) {
      try {
        execute(dsn, "CREATE EXTENSION IF NOT EXISTS " + extension);
      } catch (SQLException e) {
        // A server that lacks it says less of itself, and is as fast.
        System.err.println("without " + extension + ": " + e.getMessage());
      }
    }
  }

  /// The name of this database, password and all, as Reproq reads it.
  String name() {
    var user = dsn.user() == null ? "" : encoded(dsn.user()) + password() + "@";
    var options = options(dsn);
    return "postgres://%s%s:%d/%s%s"
        .formatted(
            user, dsn.host(), dsn.port(), dsn.database(), options.isEmpty() ? "" : "?" + options);
  }

  private String password() {
    return dsn.password() == null ? "" : ":" + encoded(dsn.password());
  }

  /// Reproq as a user has it.
  Reproq open(int concurrency) {
    return Reproq.builder().dsn(name()).concurrency(concurrency).open();
  }

  /// The store alone.
  TaskStore store() {
    return ReproqBuilder.open(dsn, StoreProvider.Settings.defaults());
  }

  /// A connection of the measurement's own.
  Session connect() throws SQLException {
    return connect(dsn);
  }

  /// A connection that is told of raw work.
  Connection listener() throws SQLException {
    var connection = connection(dsn);
    try (var statement = connection.createStatement()) {
      statement.execute(RawPostgres.SQL.get("listen").sql());
    }
    return connection;
  }

  static Session connect(Dsn.Postgres dsn) throws SQLException {
    return new Session(connection(dsn));
  }

  private static Connection connection(Dsn.Postgres dsn) throws SQLException {
    var about = new Properties();
    set(about, "user", dsn.user());
    set(about, "password", dsn.password());
    return DriverManager.getConnection(
        "jdbc:postgresql://%s:%d/%s?%s"
            .formatted(dsn.host(), dsn.port(), dsn.database(), options(dsn)),
        about);
  }

  /// Writes out what is in memory, and forgets what statements cost: what comes next begins alike
  /// for every side.
  void begin() throws SQLException {
    execute(dsn, "CHECKPOINT");
    try (var session = connect()) {
      session.on(SQL.get("forget")).list(row -> true);
    } catch (SQLException e) {
      // Without the extension there is nothing to forget.
    }
  }

  void execute(String sql) throws SQLException {
    execute(dsn, sql);
  }

  /// What statements cost since [#begin], the dearest first; empty when the server does not say.
  List<StatementCost> costs(String side) {
    try (var session = connect()) {
      return session
          .on(SQL.get("costs"))
          .list(row ->
              new StatementCost(
                  side,
                  StatementCost.nameOf(row.text("query")),
                  row.number("calls"),
                  decimal(row, "rows"),
                  decimal(row, "milliseconds"),
                  decimal(row, "planning"),
                  decimal(row, "share"),
                  decimal(row, "wal_bytes")));
    } catch (SQLException e) {
      return List.of();
    }
  }

  private static void execute(Dsn.Postgres dsn, String sql) throws SQLException {
    try (var connection = connection(dsn);
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static double decimal(PreparedQuery.Row row, String column) throws SQLException {
    return Objects.requireNonNullElse(row.value(column, Double.class), 0.0);
  }

  private static void set(Properties about, String name, @Nullable String value) {
    if (value != null) {
      about.setProperty(name, value);
    }
  }

  private static String options(Dsn.Postgres dsn) {
    return dsn.options().entrySet().stream()
        .map(option -> encoded(option.getKey()) + "=" + encoded(option.getValue()))
        .collect(Collectors.joining("&"));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  @Override
  public void close() throws SQLException {
    execute(server, "DROP DATABASE IF EXISTS " + dsn.database() + " WITH (FORCE)");
  }
}
