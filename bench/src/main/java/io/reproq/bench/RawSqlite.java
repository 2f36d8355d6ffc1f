package io.reproq.bench;

import io.reproq.Reproq;
import io.reproq.clock.TimeSource;
import io.reproq.jdbc.Queries;
import io.reproq.task.Spec;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Map;

/// A bare JDBC loop over the store's own tables: inserts a batch, then claims and finishes it by
/// halves. One thread, one connection, no fences, no counters, no hashes, nothing run.
final class RawSqlite implements AutoCloseable {
  private static final Queries SQL = Queries.of(RawSqlite.class, "raw.sql");

  private final TimeSource time = TimeSource.system();
  private final String spec = Spec.of("bench.noop").build().text();
  private final Connection connection;
  private final PreparedStatement begin;
  private final PreparedStatement commit;
  private final PreparedStatement insertTask;
  private final PreparedStatement insertReady;
  private final PreparedStatement claim;
  private final PreparedStatement leaveReady;
  private final PreparedStatement readClaimed;
  private final PreparedStatement finish;
  private final PreparedStatement leaveRunning;
  private long lastId;

  private RawSqlite(Connection connection) throws SQLException {
    this.connection = connection;
    try (var statement = connection.createStatement()) {
      statement.executeUpdate(SQL.get("settings").sql());
    }
    begin = prepare("begin");
    commit = prepare("commit");
    insertTask = prepare("insert_task");
    insertReady = prepare("insert_ready");
    claim = prepare("claim");
    leaveReady = prepare("leave_ready");
    readClaimed = prepare("read_claimed");
    finish = prepare("finish");
    leaveRunning = prepare("leave_running");
  }

  /// Takes `options.tasks()` tasks through the places, in a database made for them.
  static Map<String, Double> run(Options options) throws Exception {
    try (var folder = DatabaseFolder.in(options.folder())) {
      // Makes the tables.
      Reproq.open(folder.dsn()).close();
      try (var raw = new RawSqlite(DriverManager.getConnection("jdbc:sqlite:" + folder.file()))) {
        var watch = new Stopwatch();
        for (var left = options.tasks(); left > 0; left -= options.batch()) {
          raw.cycle(Math.min(left, options.batch()));
        }
        return watch.rates(options.tasks());
      }
    }
  }

  private void cycle(int batch) throws SQLException {
    enqueue(batch);
    for (var half = 0; half < 2; half++) {
      claim((batch + 1) / 2);
      settle();
    }
  }

  private void enqueue(int batch) throws SQLException {
    begin.executeUpdate();
    var first = lastId + 1;
    for (var i = 0; i < batch; i++) {
      lastId++;
      insertTask.setLong(1, lastId);
      insertTask.setString(2, spec);
      insertTask.setLong(3, micros());
      insertTask.addBatch();
    }
    insertTask.executeBatch();
    insertReady.setLong(1, first);
    insertReady.executeUpdate();
    commit.executeUpdate();
  }

  private void claim(int limit) throws SQLException {
    begin.executeUpdate();
    claim.setLong(1, micros());
    claim.setLong(2, micros());
    claim.setInt(3, limit);
    claim.executeUpdate();
    leaveReady.executeUpdate();
    try (var claimed = readClaimed.executeQuery()) {
      while (claimed.next()) {
        if (claimed.getString(2).isEmpty()) {
          throw new IllegalStateException("task " + claimed.getLong(1) + " has no description");
        }
      }
    }
    commit.executeUpdate();
  }

  private void settle() throws SQLException {
    begin.executeUpdate();
    finish.setLong(1, micros());
    finish.executeUpdate();
    leaveRunning.executeUpdate();
    commit.executeUpdate();
  }

  private long micros() {
    return time.now().toEpochMilli() * 1000;
  }

  private PreparedStatement prepare(String name) throws SQLException {
    return connection.prepareStatement(SQL.get(name).sql());
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
