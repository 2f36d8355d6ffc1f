package io.reproq.bench;

import io.reproq.store.NewTask;
import io.reproq.task.Spec;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/// Fills a database with tasks in every place. One task for each place gets there as tasks do; the
/// others are copies of its rows, so that nothing here has to know what else is in a row.
final class Depth {
  private static final Duration LONG = Duration.ofDays(30);

  private Depth() {}

  static void fill(PostgresDatabase database, Options options) throws SQLException {
    long finished;
    long parked;
    long deferred;
    long ready;
    try (var verbs = Verbs.on(database)) {
      finished = verbs.enqueue(Numbers.tasks(1, false)).getFirst();
      verbs.settle(verbs.claim(1));
      // Nobody handles its path: the claim puts it aside.
      var elsewhere = NewTask.of(Spec.of("bench.elsewhere").build());
      parked = verbs.enqueue(List.of(elsewhere)).getFirst();
      verbs.claim(1);
      var later = Numbers.tasks(1, false).getFirst().after(LONG);
      deferred = verbs.enqueue(List.of(later)).getFirst();
      ready = verbs.enqueue(Numbers.tasks(1, false)).getFirst();
    }
    database.execute(PostgresDatabase.SQL.get("copies").sql());
    copy(database, "finished", finished, options.get(Setting.FINISHED));
    copy(database, "parked", parked, options.get(Setting.BLOCKED));
    copy(database, "ready", ready, options.get(Setting.READY));
    copy(database, "deferred", deferred, options.get(Setting.DEFERRED));
    database.execute("VACUUM ANALYZE");
  }

  private static void copy(PostgresDatabase database, String place, long from, int count)
      throws SQLException {
    System.err.println("filling in " + count + " " + place + " tasks");
    for (var table : List.of("task", place)) {
      database.execute(
          "CALL public.bench_copy('%s', '%s', %d, %d)".formatted(table, place, from, count));
    }
    database.execute("SELECT setval('reproq.task_id', nextval('reproq.task_id') + " + count + ")");
    database.execute("SELECT reproq.add_partitions()");
  }
}
