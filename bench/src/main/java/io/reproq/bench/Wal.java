package io.reproq.bench;

import io.reproq.jdbc.Session;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/// Counts what the server writes into its log, phase by phase. All of the server's: on one that
/// others use, theirs is counted, too.
final class Wal implements AutoCloseable {
  private final PostgresDatabase database;
  private final Session session;
  private final int tasks;
  private final Map<String, Double> values = new LinkedHashMap<>();
  private double sum;
  private double fullPages;

  /// @param tasks in each phase
  Wal(PostgresDatabase database, int tasks) throws SQLException {
    this.database = database;
    this.session = database.connect();
    this.tasks = tasks;
  }

  /// Counts what `work` writes, after a checkpoint: so each page is written in full once.
  void phase(String name, Work work) throws SQLException {
    database.execute("CHECKPOINT");
    var since = position();
    work.run();
    var until = position();
    var bytes = between("wal_between", since, until);
    values.put(name + " B/task", bytes);
    sum += bytes;
    fullPages += fullPages(since, until);
  }

  /// What was counted, in bytes for each task.
  Map<String, Double> values() {
    values.put("sum B/task", sum);
    values.put("of it full pages B/task", fullPages);
    return values;
  }

  private double fullPages(String since, String until) {
    try {
      return between("full_pages_between", since, until);
    } catch (SQLException e) {
      // The server lacks pg_walinspect, or the right to use it.
      return Double.NaN;
    }
  }

  private double between(String query, String since, String until) throws SQLException {
    var bytes =
        session
            .on(PostgresDatabase.SQL.get(query))
            .set("since", since)
            .set("until", until)
            .number("bytes");
    return Objects.requireNonNullElse(bytes, 0L) / (double) tasks;
  }

  private String position() throws SQLException {
    var position =
        session.on(PostgresDatabase.SQL.get("wal_position")).first(row -> row.text("position"));
    return Objects.requireNonNull(position);
  }

  @Override
  public void close() throws SQLException {
    session.close();
  }

  /// What is counted.
  @FunctionalInterface
  interface Work {
    void run() throws SQLException;
  }
}
