package io.reproq.bench;

import io.reproq.bench.Side.Role;
import io.reproq.jdbc.Session;
import io.reproq.store.ClaimedTask;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// What a task adds to PostgreSQL's log, and what a worker asks while there is nothing to do.
final class WalScenario extends PostgresScenario {
  /// A worker that has just begun says more.
  private static final Duration CALMING = Duration.ofSeconds(2);

  @Override
  public String name() {
    return "wal";
  }

  @Override
  public String summary() {
    return "PostgreSQL, bytes of log for each task, and statements of an idle worker";
  }

  @Override
  public Map<Setting, Integer> settings() {
    return Map.of(
        Setting.ROUNDS, 3,
        Setting.WARMUP, 0,
        Setting.TASKS, 100_000,
        Setting.BATCH, 1000,
        Setting.SECONDS, 20);
  }

  @Override
  List<Side> sides(Options options, PostgresServer server) {
    var sides = new ArrayList<Side>();
    for (var unique : new boolean[] {false, true}) {
      var kind = unique ? ", unique" : "";
      sides.add(
          new Side(
              "Reproq" + kind,
              Role.OURS,
              () -> server.measure("Reproq" + kind, database -> ours(database, options, unique))));
      sides.add(
          new Side(
              "bare SQL" + kind,
              Role.CEILING,
              () ->
                  server.measure("bare SQL" + kind, database -> bare(database, options, unique))));
    }
    sides.add(
        new Side(
            "Reproq, idle worker",
            Role.BESIDE,
            () -> server.measure("idle", database -> idle(database, options))));
    return sides;
  }

  private static Map<String, Double> ours(
      PostgresDatabase database, Options options, boolean unique) throws SQLException {
    try (var verbs = Verbs.on(database);
        var wal = new Wal(database, options.tasks())) {
      var left = new Countdown(options.tasks());
      wal.phase(
          "enqueue",
          () ->
              left.each(
                  options.batch(), count -> verbs.enqueue(Numbers.tasks(count, unique)).size()));
      var claims = new ArrayList<List<ClaimedTask>>();
      wal.phase(
          "claim",
          () -> {
            var unclaimed = new Countdown(options.tasks());
            unclaimed.each(RawPostgres.HALF, count -> kept(claims, verbs.claim(count)));
          });
      wal.phase("settle", () -> claims.forEach(verbs::settle));
      return wal.values();
    }
  }

  private static Map<String, Double> bare(
      PostgresDatabase database, Options options, boolean unique) throws SQLException {
    RawPostgres.prepare(database);
    try (var raw = RawPostgres.on(database, unique);
        var wal = new Wal(database, options.tasks())) {
      var left = new Countdown(options.tasks());
      wal.phase("enqueue", () -> left.each(options.batch(), raw::insert));
      var claims = new ArrayList<List<Long>>();
      wal.phase(
          "claim",
          () -> {
            var unclaimed = new Countdown(options.tasks());
            unclaimed.each(RawPostgres.HALF, count -> kept(claims, raw.claim(count)));
          });
      wal.phase(
          "settle",
          () -> {
            for (var taken : claims) {
              raw.settle(taken);
            }
          });
      return wal.values();
    }
  }

  private static <T> int kept(List<List<T>> claims, List<T> claim) {
    claims.add(claim);
    return claim.size();
  }

  private static Map<String, Double> idle(PostgresDatabase database, Options options)
      throws Exception {
    var seconds = options.get(Setting.SECONDS);
    var values = new LinkedHashMap<String, Double>();
    try (var reproq = database.open(64);
        var session = database.connect()) {
      reproq.handle(Numbers.TYPE, (context, number) -> null);
      reproq.start();
      LockSupport.parkNanos(CALMING.toNanos());
      var transactions = session.on(PostgresDatabase.SQL.get("transactions"));
      var callsBefore = calls(session);
      var before = transactions.number("transactions");
      LockSupport.parkNanos(Duration.ofSeconds(seconds).toNanos());
      values.put("statements/s", rate(callsBefore, calls(session), seconds));
      values.put("transactions/s", rate(before, transactions.number("transactions"), seconds));
    }
    return values;
  }

  /// How many statements were run, null when the server does not count them.
  private static @Nullable Long calls(Session session) {
    try {
      return session.on(PostgresDatabase.SQL.get("calls")).number("calls");
    } catch (SQLException e) {
      return null;
    }
  }

  private static double rate(@Nullable Long before, @Nullable Long after, int seconds) {
    return before == null || after == null ? Double.NaN : (double) (after - before) / seconds;
  }
}
