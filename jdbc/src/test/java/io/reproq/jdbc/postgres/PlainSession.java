package io.reproq.jdbc.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.store.TaskStore;
import io.reproq.testkit.StoreInvariants;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/// A connection that knows nothing of Reproq, as any program has one.
record PlainSession(Connection connection) implements AutoCloseable {

  static PlainSession of(TestDatabase database) {
    return new PlainSession(database.connect());
  }

  /// Runs `sql` and returns the rows of its last statement, columns joined by `|`.
  List<String> run(String sql) throws SQLException {
    try (var statement = connection.createStatement()) {
      var isRows = statement.execute(sql);
      var rows = new ArrayList<String>();
      while (isRows || statement.getUpdateCount() != -1) {
        rows.clear();
        if (isRows) {
          read(statement.getResultSet(), rows);
        }
        isRows = statement.getMoreResults();
      }
      return rows;
    }
  }

  private static void read(ResultSet results, List<String> rows) throws SQLException {
    var columns = results.getMetaData().getColumnCount();
    while (results.next()) {
      var row = new ArrayList<String>();
      for (var column = 1; column <= columns; column++) {
        row.add(String.valueOf(results.getString(column)));
      }
      rows.add(String.join("|", row));
    }
  }

  /// The first column of the only row of `sql`.
  long number(String sql) throws SQLException {
    return Long.parseLong(run(sql).getFirst());
  }

  /// How many rows `sql` says it has changed.
  int change(String sql) throws SQLException {
    try (var statement = connection.createStatement()) {
      return statement.executeUpdate(sql);
    }
  }

  /// What the server says when it refuses `sql`.
  ServerErrorMessage refusal(String sql) throws SQLException {
    try {
      var rows = run(sql);
      throw new AssertionError("should be refused, but gave " + rows + ": " + sql);
    } catch (PSQLException e) {
      return Objects.requireNonNull(e.getServerErrorMessage());
    }
  }

  /// Sees that every task has one place and every mark a task that is not over, and that the counts
  /// are right.
  void check(TaskStore store) throws SQLException {
    StoreInvariants.check(store);
    assertThat(
            run(
                "SELECT result_id FROM reproq.task t WHERE 1 <> (SELECT count(*) FROM"
                    + " reproq.task_place p WHERE p.result_id = t.result_id)"))
        .as("tasks without a place")
        .isEmpty();
    assertThat(
            run(
                "SELECT result_id FROM reproq.active_hash a WHERE NOT EXISTS (SELECT FROM"
                    + " task_runs t WHERE t.result_id = a.result_id AND t.finished_at IS NULL"
                    + " AND t.spec_hash = encode(a.spec_hash, 'hex'))"
                    + " UNION ALL SELECT result_id FROM reproq.cancel_request c WHERE NOT EXISTS"
                    + " (SELECT FROM reproq.running r WHERE r.result_id = c.result_id)"
                    + " UNION ALL SELECT result_id FROM reproq.failure f WHERE NOT EXISTS"
                    + " (SELECT FROM reproq.task t WHERE t.result_id = f.result_id)"
                    + " UNION ALL SELECT result_id FROM reproq.attachment a WHERE NOT EXISTS"
                    + " (SELECT FROM reproq.task t WHERE t.result_id = a.result_id)"
                    + " UNION ALL SELECT result_id FROM reproq.output o WHERE NOT EXISTS"
                    + " (SELECT FROM reproq.task t WHERE t.result_id = o.result_id)"))
        .as("what hangs on no task")
        .isEmpty();
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
