package io.reproq.jdbc.postgres;

import io.reproq.dsn.Dsn;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/// One PostgreSQL for the whole JVM, with one migrated database that all others are copies of. It
/// does not wait for the disk: no test of ours pulls the plug.
public final class TestServer {
  private static final String TEMPLATE = "reproq_template";
  private static final AtomicInteger COPIES = new AtomicInteger();

  private static final EmbeddedPostgres SERVER = start();

  private TestServer() {}

  private static EmbeddedPostgres start() {
    try {
      var server =
          EmbeddedPostgres.builder()
              .setServerConfig("fsync", "off")
              .setServerConfig("synchronous_commit", "off")
              .setServerConfig("full_page_writes", "off")
              .setServerConfig("timezone", "Asia/Kathmandu")
              .setServerConfig("max_connections", "200")
              .start();
      execute(server, "CREATE DATABASE " + TEMPLATE);
      var steps = new PostgresStoreProvider().migrations(dsn(server, TEMPLATE)).orElseThrow().run();
      if (steps.isEmpty()) {
        throw new AssertionError("a new database should lack all steps of the schema");
      }
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException("no PostgreSQL for the tests", e);
    }
  }

  /// A new database with the schema and nothing in it.
  public static TestDatabase fresh() {
    var name = "reproq" + COPIES.incrementAndGet();
    execute(SERVER, "CREATE DATABASE " + name + " TEMPLATE " + TEMPLATE);
    return new TestDatabase(dsn(SERVER, name));
  }

  /// A new database without anything.
  static TestDatabase bare() {
    var name = "reproq" + COPIES.incrementAndGet();
    execute(SERVER, "CREATE DATABASE " + name);
    return new TestDatabase(dsn(SERVER, name));
  }

  /// The database that every server has, for looks from outside.
  static TestDatabase postgres() {
    return new TestDatabase(dsn(SERVER, "postgres"));
  }

  private static Dsn.Postgres dsn(EmbeddedPostgres server, String database) {
    return new Dsn.Postgres(
        "postgres", "postgres", "localhost", server.getPort(), database, Map.of());
  }

  private static void execute(EmbeddedPostgres server, String sql) {
    try (var connection = server.getPostgresDatabase().getConnection();
        var statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new AssertionError("could not run " + sql, e);
    }
  }
}
