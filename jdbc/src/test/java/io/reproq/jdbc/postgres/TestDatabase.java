package io.reproq.jdbc.postgres;

import io.reproq.dsn.Dsn;
import io.reproq.store.StoreProvider.Settings;
import io.reproq.store.TaskStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.postgresql.ds.PGSimpleDataSource;

/// A database of one test class.
public record TestDatabase(Dsn.Postgres dsn) {
  private static final String TABLES =
      "reproq.task, reproq.ready, reproq.deferred, reproq.parked, reproq.waiting, reproq.running,"
          + " reproq.finished, reproq.failure, reproq.cancel_request, reproq.active_hash,"
          + " reproq.task_key, reproq.counter_delta, reproq.worker, reproq.queue_control,"
          + " reproq.periodic_task, reproq.periodic_tick, reproq.workflow, reproq.dependency,"
          + " reproq.expiry, reproq.attachment, reproq.output";

  /// A store on this database, once all that was in it is gone.
  TaskStore openEmpty(Settings settings) {
    sql(
        "TRUNCATE "
            + TABLES
            + "; UPDATE reproq.setting SET value = '60000' WHERE name = 'aging_ms'"
            + "; DELETE FROM reproq.rate_limit"
            + "; INSERT INTO reproq.rate_limit (key) VALUES ('global')");
    return open(settings);
  }

  TaskStore open(Settings settings) {
    return new PostgresStoreProvider().open(dsn, settings).orElseThrow();
  }

  /// A plain data source, as any program has.
  PGSimpleDataSource source() {
    var source = new PGSimpleDataSource();
    source.setServerNames(new String[] {dsn.host()});
    source.setPortNumbers(new int[] {dsn.port()});
    source.setDatabaseName(dsn.database());
    source.setUser(dsn.user());
    source.setPassword(dsn.password());
    return source;
  }

  Connection connect() {
    try {
      return source().getConnection();
    } catch (SQLException e) {
      throw new AssertionError("could not connect to " + dsn, e);
    }
  }

  /// Runs `sql` on a connection of its own and returns the rows, columns joined by `|`.
  List<String> sql(String sql) {
    try (var connection = connect();
        var statement = connection.createStatement()) {
      var rows = new ArrayList<String>();
      if (statement.execute(sql)) {
        var results = statement.getResultSet();
        var columns = results.getMetaData().getColumnCount();
        while (results.next()) {
          var row = new ArrayList<String>();
          for (var column = 1; column <= columns; column++) {
            row.add(String.valueOf(results.getString(column)));
          }
          rows.add(String.join("|", row));
        }
      }
      return rows;
    } catch (SQLException e) {
      throw new AssertionError("could not run " + sql, e);
    }
  }
}
