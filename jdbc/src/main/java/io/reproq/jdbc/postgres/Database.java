package io.reproq.jdbc.postgres;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.reproq.dsn.Dsn;
import io.reproq.jdbc.Migrations;
import io.reproq.jdbc.PreparedQuery;
import io.reproq.jdbc.Queries;
import io.reproq.jdbc.Query;
import io.reproq.jdbc.Session;
import io.reproq.store.PoolUse;
import io.reproq.store.StoreException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.ds.PGSimpleDataSource;

/// One PostgreSQL database and the connections to it: a small pool of our own for a DSN, or a
/// caller's data source as it is. Safe for use by many threads.
final class Database implements AutoCloseable {
  static final Queries SQL = Queries.of(Database.class, "connection.sql");

  private static final Queries MIGRATIONS = Queries.of(Database.class, "migrations.sql");
  private static final Query SERVER = SQL.get("server");
  private static final Query FOR_WORK = SQL.get("for_work");
  private static final Query HAS_OTHERS = MIGRATIONS.get("has_others");
  private static final Query COUNT_OTHERS = MIGRATIONS.get("count_others");
  private static final List<String> STEPS =
      List.of(
          "V0001__places.sql",
          "V0002__adopt.sql",
          "V0003__surface.sql",
          "V0004__spec.sql",
          "V0005__enqueue.sql",
          "V0006__orders.sql",
          "V0007__queue_controls.sql",
          "V0008__doors.sql",
          "V0009__adopt_pauses.sql",
          "V0010__retention.sql",
          "V0011__schedules.sql",
          "V0013__keys.sql",
          "V0014__workflows.sql",
          "V0015__rate_limits.sql",
          "V0016__workflow_doors.sql",
          "V0017__running_holds_keys.sql",
          "V0018__output.sql");

  private static final int OLDEST_VERSION = 150_000;
  private static final int CONNECT_SECONDS = 5;

  /// No answer within that time means that there is no connection any more.
  private static final Duration DEADLINE = Duration.ofSeconds(20);

  /// A step of the schema may move many millions of tasks.
  private static final Duration MIGRATION_DEADLINE = Duration.ofHours(6);

  /// Beside these two there are two for locks and listening: four in all.
  private static final int POOLED = 2;

  /// A connection that no handler has wanted for so long is closed.
  private static final Duration WORK_IDLE = Duration.ofSeconds(30);

  private final String place;
  private final DataSource source;
  private final @Nullable HikariDataSource pool;
  private final WorkConnections works;
  private final LongAdder waits = new LongAdder();

  /// Whether another session may answer each transaction, as a pooler has it.
  private volatile boolean isPooled;

  private Database(
      String place, DataSource source, @Nullable HikariDataSource pool, WorkConnections works) {
    this.place = place;
    this.source = source;
    this.pool = pool;
    this.works = works;
  }

  /// The database that `dsn` names. Nothing is connected yet.
  static Database of(Dsn.Postgres dsn) {
    var source = told(new PGSimpleDataSource(), dsn, DEADLINE);
    var config = new HikariConfig();
    config.setDataSource(told(new PatientSource(), dsn, DEADLINE));
    config.setPoolName("reproq");
    config.setMaximumPoolSize(POOLED);
    config.setMinimumIdle(1);
    config.setConnectionTimeout(Duration.ofSeconds(CONNECT_SECONDS).toMillis());
    config.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
    // Opening is checked with a connection beside the pool, which tells more of what is wrong.
    config.setInitializationFailTimeout(-1);
    return new Database(
        "PostgreSQL database " + dsn, source, new HikariDataSource(config), works(dsn));
  }

  /// Nothing but the deadline of the attempt limits what a handler does with them, and they are
  /// closed soon after.
  private static WorkConnections works(Dsn.Postgres dsn) {
    // Made by its setters, so that it starts with the first handler that wants one.
    var pool = new HikariDataSource();
    pool.setDataSource(told(new PGSimpleDataSource(), dsn, Duration.ZERO));
    pool.setPoolName("reproq-work");
    pool.setMaximumPoolSize(WorkConnections.MOST);
    pool.setMinimumIdle(0);
    pool.setIdleTimeout(WORK_IDLE.toMillis());
    pool.setConnectionTimeout(Duration.ofSeconds(CONNECT_SECONDS).toMillis());
    pool.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
    pool.setInitializationFailTimeout(-1);
    pool.setConnectionInitSql(FOR_WORK.sql());
    return WorkConnections.of(pool);
  }

  /// `source`, told how to come to the database that `dsn` names.
  ///
  /// @param deadline of each answer, zero for none
  private static PGSimpleDataSource told(
      PGSimpleDataSource source, Dsn.Postgres dsn, Duration deadline) {
    var options =
        dsn.options().entrySet().stream()
            .map(option -> encoded(option.getKey()) + "=" + encoded(option.getValue()))
            .collect(Collectors.joining("&"));
    var host = dsn.host().contains(":") ? "[" + dsn.host() + "]" : dsn.host();
    source.setConnectTimeout(CONNECT_SECONDS);
    source.setLoginTimeout(CONNECT_SECONDS);
    source.setSocketTimeout(Math.toIntExact(deadline.toSeconds()));
    source.setTcpKeepAlive(true);
    source.setApplicationName("reproq");
    source.setUrl(
        "jdbc:postgresql://%s:%d/%s?%s"
            .formatted(host, dsn.port(), encoded(dsn.database()), options));
    if (dsn.user() != null) {
      source.setUser(dsn.user());
    }
    if (dsn.password() != null) {
      source.setPassword(dsn.password());
    }
    return source;
  }

  /// The database behind a caller's `source`.
  static Database of(DataSource source, String place) {
    return new Database("PostgreSQL database " + place, source, null, WorkConnections.of(source));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /// Its kind and place, for messages.
  String describe() {
    return place;
  }

  /// A new connection, that commits each statement by itself.
  Connection open() throws SQLException {
    return fit(ready(source.getConnection()));
  }

  /// A connection for one verb, which is closed soon.
  Connection borrow() throws SQLException {
    if (pool == null) {
      return open();
    }
    if (lent(pool) >= POOLED) {
      waits.increment();
    }
    return fit(pool.getConnection());
  }

  /// How the pools of our own are used: for verbs, and for the work of handlers.
  PoolUse use() {
    return new PoolUse(pool == null ? 0 : lent(pool), waits.sum()).plus(works.use());
  }

  private static int lent(HikariDataSource pool) {
    return pool.getHikariPoolMXBean().getActiveConnections();
  }

  private Connection fit(Connection connection) throws SQLException {
    if (isPooled) {
      keepNothingOnServer(connection);
    }
    return connection;
  }

  /// Behind a pooler, a statement that is kept on the server would be looked for in another
  /// session.
  static void keepNothingOnServer(Connection connection) throws SQLException {
    connection.unwrap(PGConnection.class).setPrepareThreshold(0);
  }

  /// Connections for the work of handlers.
  WorkConnections works() {
    return works;
  }

  /// What `thrown` means.
  ///
  /// @param what the thing that was to be done, as in "could not migrate"
  StoreException failure(String what, SQLException thrown) {
    return PostgresErrors.failure(what, place, thrown);
  }

  /// The schema of this database.
  Migrations migrations() {
    return new Migrations(Database.class, STEPS, MIGRATIONS, new Patient(this));
  }

  /// How many tasks of another system the missing steps would adopt, empty when there is no such
  /// system here.
  OptionalLong adoptable() {
    try (var session = new Session(open())) {
      var there = session.on(HAS_OTHERS).number("found");
      if (there == null || there == 0) {
        return OptionalLong.empty();
      }
      var tasks = session.on(COUNT_OTHERS).number("tasks");
      return OptionalLong.of(tasks == null ? 0 : tasks);
    } catch (SQLException e) {
      throw failure("look for tasks to adopt in", e);
    }
  }

  /// Sees whether the server is one that we can work with, and whether a pooler stands before it.
  ///
  /// @throws StoreException when it is not, or cannot be reached, saying what to do
  void check() {
    try (var connection = open();
        var session = new Session(connection)) {
      var opened =
          connection.isWrapperFor(PGConnection.class)
              ? connection.unwrap(PGConnection.class).getBackendPID()
              : null;
      var problem =
          session
              .on(SERVER)
              .first(row -> {
                if (opened != null && opened != row.integer("backend")) {
                  isPooled = true;
                  works.arePooled();
                }
                return problem(row);
              });
      if (problem != null && !problem.isEmpty()) {
        throw new StoreException("the " + place + " " + problem, false, null);
      }
    } catch (SQLException e) {
      throw failure("open", e);
    }
  }

  private String problem(PreparedQuery.Row row) throws SQLException {
    if (row.integer("version") < OLDEST_VERSION) {
      return "runs PostgreSQL %s, but reproq needs 15 or newer: upgrade the server"
          .formatted(row.text("version_text"));
    }
    if (row.flag("is_standby")) {
      return "is a standby, which takes no writes: name the primary";
    }
    if (row.flag("is_read_only")) {
      return "gives its connections read-only: set default_transaction_read_only = off for the"
          + " database and the user";
    }
    if (pool == null && !row.text("isolation").equals("read committed")) {
      return "gives its connections as '%s': the data source must say READ COMMITTED"
          .formatted(row.text("isolation"));
    }
    return "";
  }

  /// Sees whether a caller's `connection` can take part in what the caller does.
  ///
  /// @throws IllegalArgumentException when it cannot, saying what to do
  void checkTransaction(Connection connection) {
    try {
      if (connection.getAutoCommit()) {
        throw new IllegalArgumentException(
            "the connection must be in a transaction of yours, but it commits every statement by"
                + " itself, so nothing was sent: call setAutoCommit(false) before, and commit()"
                + " when your own data is written");
      }
      var product = connection.getMetaData().getDatabaseProductName();
      if (!product.equals("PostgreSQL")) {
        throw new IllegalArgumentException(
            "the tasks are in the %s, but the connection leads to %s, so nothing was sent: use one"
                    .formatted(place, product)
                + " to the database that the tasks are in");
      }
    } catch (SQLException e) {
      throw failure("look at your connection to", e);
    }
  }

  @Override
  public void close() {
    works.close();
    if (pool != null) {
      pool.close();
    }
  }

  private static Connection ready(Connection connection) throws SQLException {
    try {
      if (!connection.getAutoCommit()) {
        connection.setAutoCommit(true);
      }
      if (connection.getNetworkTimeout() == 0) {
        connection.setNetworkTimeout(Runnable::run, Math.toIntExact(DEADLINE.toMillis()));
      }
      return connection;
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  /// The same database for who migrates it, which takes its time.
  private record Patient(Database database) implements Migrations.Database {
    @Override
    public String describe() {
      return database.describe();
    }

    @Override
    public boolean exists() {
      return true;
    }

    @Override
    public Connection open() throws SQLException {
      var connection = database.open();
      try {
        connection.setNetworkTimeout(Runnable::run, Math.toIntExact(MIGRATION_DEADLINE.toMillis()));
        return connection;
      } catch (SQLException e) {
        connection.close();
        throw e;
      }
    }

    @Override
    public StoreException failure(String what, SQLException thrown) {
      return database.failure(what, thrown);
    }
  }
}
