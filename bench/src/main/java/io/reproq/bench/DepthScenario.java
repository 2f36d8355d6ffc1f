package io.reproq.bench;

import io.reproq.bench.Side.Role;
import io.reproq.clock.TimeSource;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What a claim costs where there is much of everything, beside the same claim where there is
/// nothing else.
final class DepthScenario extends PostgresScenario {
  @Override
  public String name() {
    return "depth";
  }

  @Override
  public String summary() {
    return "PostgreSQL, the store's verbs in a full database, beside the same in an empty one";
  }

  @Override
  public Map<Setting, Integer> settings() {
    return Map.of(
        Setting.ROUNDS, 3,
        Setting.WARMUP, 1,
        Setting.TASKS, 50_000,
        Setting.BATCH, 100,
        Setting.READY, 100_000,
        Setting.DEFERRED, 1_000_000,
        Setting.FINISHED, 1_000_000,
        Setting.BLOCKED, 10_000);
  }

  @Override
  List<Side> sides(Options options, PostgresServer server) {
    return List.of(
        new Side(
            "full",
            Role.OURS,
            () ->
                server.measure(
                    "full",
                    server.kept("full", database -> Depth.fill(database, options)),
                    database -> verbs(database, options))),
        new Side(
            "empty",
            Role.CEILING,
            () ->
                server.measure(
                    "empty",
                    server.kept("empty", database -> {}),
                    database -> verbs(database, options))));
  }

  /// Enqueues, claims and settles batch after batch, so that there are as many tasks ready at the
  /// end as at the beginning.
  private static Map<String, Double> verbs(PostgresDatabase database, Options options)
      throws SQLException {
    var enqueues = new ArrayList<Double>();
    var claims = new ArrayList<Double>();
    var settles = new ArrayList<Double>();
    var time = TimeSource.system();
    try (var verbs = Verbs.on(database)) {
      database.begin();
      for (var left = options.tasks(); left > 0; left -= options.batch()) {
        var tasks = Numbers.tasks(options.batch(), false);
        var start = time.nanoTime();
        verbs.enqueue(tasks);
        var enqueued = time.nanoTime();
        var taken = verbs.claim(options.batch());
        var claimed = time.nanoTime();
        verbs.settle(taken);
        var settled = time.nanoTime();
        if (taken.size() != options.batch()) {
          throw new IllegalStateException(
              "a claim brought " + taken.size() + " of " + options.batch());
        }
        enqueues.add((enqueued - start) / 1e6);
        claims.add((claimed - enqueued) / 1e6);
        settles.add((settled - claimed) / 1e6);
      }
    }
    var values = new LinkedHashMap<>(new Series(claims).quantiles("claim"));
    values.putAll(new Series(enqueues).quantiles("enqueue"));
    values.putAll(new Series(settles).quantiles("settle"));
    return values;
  }
}
