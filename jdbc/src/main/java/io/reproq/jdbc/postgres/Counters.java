package io.reproq.jdbc.postgres;

import io.reproq.jdbc.PreparedQuery;
import io.reproq.jdbc.Query;
import io.reproq.store.QueueStatus;
import io.reproq.task.TaskStatus;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;

/// How many tasks there are. The changes are only appended; whoever counts and finds many of them
/// puts them together.
final class Counters implements Transaction.Verb<Map<QueueStatus, Long>> {
  private static final Query COUNTS = PostgresStore.READ.get("counts");
  private static final Query FOLD = Upkeep.SQL.get("fold_counters");

  /// So many changes cost less to read than to put together.
  private static final long FEW = 1_000;

  /// No transaction puts more of them together, so that none takes long.
  private static final long MOST = 20_000;

  @Override
  public Map<QueueStatus, Long> in(Transaction transaction) throws SQLException {
    var totals =
        new TreeMap<QueueStatus, Long>(
            Comparator.comparing(QueueStatus::queue).thenComparing(QueueStatus::status));
    var changes = 0L;
    for (var total : transaction.on(COUNTS).list(Total::read)) {
      changes += total.changes;
      if (total.tasks != 0) {
        totals.put(total.of, total.tasks);
      }
    }
    if (changes > FEW) {
      fold(transaction);
    }
    return totals;
  }

  /// Puts changes together, up to some ten thousand, and says whether there may be more.
  static boolean fold(Transaction transaction) throws SQLException {
    var changes = transaction.on(FOLD).set("most", MOST).number("changes");
    return changes != null && changes >= MOST;
  }

  private record Total(QueueStatus of, long tasks, long changes) {
    static Total read(PreparedQuery.Row row) throws SQLException {
      var of = new QueueStatus(row.text("queue_name"), TaskStatus.valueOf(row.text("status")));
      return new Total(of, row.number("tasks"), row.number("changes"));
    }
  }
}
