package io.reproq.bench;

import io.reproq.dsn.Dsn;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// A PostgreSQL server: one that is started for the bench and ends with it, or one that is there.
/// It is measured in databases that are made for that and dropped again, also when the bench is
/// interrupted.
final class PostgresServer implements AutoCloseable {
  /// What decides how fast a server is, and how safe.
  private static final Map<String, String> SETTINGS =
      Map.of(
          "fsync", "on",
          "synchronous_commit", "on",
          "full_page_writes", "on",
          "shared_buffers", "256MB",
          "max_wal_size", "4GB",
          "max_connections", "50",
          "shared_preload_libraries", "pg_stat_statements",
          "pg_stat_statements.track_planning", "on");

  private static final Duration STARTING = Duration.ofSeconds(60);

  private final Dsn.Postgres place;
  private final @Nullable Own own;
  private final AtomicInteger made = new AtomicInteger();
  private final ConcurrentLinkedQueue<PostgresDatabase> databases = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final Map<String, PostgresDatabase> kept = new HashMap<>();
  private final Map<String, List<StatementCost>> costs = new LinkedHashMap<>();

  private PostgresServer(Dsn.Postgres place, @Nullable Own own) {
    this.place = place;
    this.own = own;
    Runtime.getRuntime().addShutdownHook(new Thread(this::close, "bench-postgres-end"));
  }

  /// The server that `options` name, or a new one.
  ///
  /// @throws IllegalArgumentException when they name none
  static PostgresServer open(Options options) throws IOException {
    var dsn = options.texts().get(Options.DSN);
    if (dsn == null) {
      return start(options);
    }
    if (options.texts().containsKey(Options.SET)) {
      throw new IllegalArgumentException(
          "--set is for the server that the bench starts: leave it or --dsn out");
    }
    if (Dsn.parse(dsn) instanceof Dsn.Postgres there) {
      return new PostgresServer(there, null);
    }
    throw new IllegalArgumentException(
        "--dsn must name a PostgreSQL server, as in postgres://user@host:5432/postgres, was "
            + Dsn.parse(dsn));
  }

  private static PostgresServer start(Options options) throws IOException {
    var folder = DatabaseFolder.in(options.folder());
    var builder =
        EmbeddedPostgres.builder()
            .setDataDirectory(folder.path().resolve("data"))
            .setRegisterShutdownHook(false)
            .setPGStartupWait(STARTING);
    SETTINGS.forEach(builder::setServerConfig);
    try {
      options
          .texts()
          .getOrDefault(Options.SET, "")
          .lines()
          .forEach(setting -> {
            var equals = setting.indexOf('=');
            if (equals < 1) {
              throw new IllegalArgumentException("--set must be NAME=VALUE, was " + setting);
            }
            builder.setServerConfig(setting.substring(0, equals), setting.substring(equals + 1));
          });
      var server = builder.start();
      var place =
          new Dsn.Postgres(
              "postgres", "postgres", "localhost", server.getPort(), "postgres", Map.of());
      return new PostgresServer(place, new Own(server, folder));
    } catch (IOException | RuntimeException | Error e) {
      folder.close();
      throw e;
    }
  }

  /// Version and settings, as the server tells them.
  Map<String, String> about() throws SQLException {
    try (var session = PostgresDatabase.connect(place)) {
      var about = new LinkedHashMap<String, String>();
      about.put("server", own == null ? "not the bench's own" : "started for the bench");
      session
          .on(PostgresDatabase.SQL.get("about"))
          .list(row -> about.put(row.text("name"), row.text("value")));
      return about;
    }
  }

  /// Measures `work` in a new database that is dropped afterwards, and keeps in mind what its
  /// statements cost.
  Map<String, Double> measure(String side, Work work) throws Exception {
    try (var database = create()) {
      return measure(side, database, work);
    }
  }

  /// The same in a database that stays.
  Map<String, Double> measure(String side, PostgresDatabase database, Work work) throws Exception {
    var values = work.in(database);
    costs.put(side, database.costs(side));
    return values;
  }

  /// What the statements of each side cost when it was measured last.
  List<StatementCost> statements() {
    return costs.values().stream().flatMap(List::stream).toList();
  }

  /// The database called `label`, which is made and filled when it is first asked for, and stays.
  PostgresDatabase kept(String label, Filling filling) throws SQLException {
    var known = kept.get(label);
    if (known == null) {
      known = create();
      filling.fill(known);
      kept.put(label, known);
    }
    return known;
  }

  /// A new database, dropped when it is closed, or the server is.
  PostgresDatabase create() throws SQLException {
    var name =
        "reproq_bench_%d_%d".formatted(ProcessHandle.current().pid(), made.incrementAndGet());
    var database = new PostgresDatabase(place, name);
    databases.add(database);
    database.create();
    return database;
  }

  @Override
  public void close() {
    if (closed.getAndSet(true)) {
      return;
    }
    try {
      if (own == null) {
        for (var database : databases) {
          database.close();
        }
      } else {
        own.server.close();
        own.folder.close();
      }
    } catch (IOException | SQLException e) {
      System.err.println("bench: could not clear away all of the databases: " + e.getMessage());
    }
  }

  /// A measurement.
  @FunctionalInterface
  interface Work {
    Map<String, Double> in(PostgresDatabase database) throws Exception;
  }

  /// Puts into a database what is to be there.
  @FunctionalInterface
  interface Filling {
    void fill(PostgresDatabase database) throws SQLException;
  }

  /// A server of the bench's own, and the folder that it is in.
  private record Own(EmbeddedPostgres server, DatabaseFolder folder) {}
}
