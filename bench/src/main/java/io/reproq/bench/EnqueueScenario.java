package io.reproq.bench;

import io.reproq.bench.Side.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

/// Tasks made durable, by two threads, while nobody works on them.
final class EnqueueScenario extends PostgresScenario {
  private static final int PRODUCERS = 2;

  /// Of the tasks so many are enqueued one by one: a commit for each takes its time.
  private static final int SINGLES_PER_CENT = 5;

  @Override
  public String name() {
    return "enqueue";
  }

  @Override
  public String summary() {
    return "PostgreSQL, tasks made durable by 2 threads, beside bare SQL";
  }

  @Override
  public Map<Setting, Integer> settings() {
    return Map.of(
        Setting.ROUNDS, 5, Setting.WARMUP, 1, Setting.TASKS, 200_000, Setting.BATCH, 1000);
  }

  @Override
  List<Side> sides(Options options, PostgresServer server) {
    var sides = new ArrayList<Side>();
    var singles =
        options
            .with(Setting.TASKS, Math.max(1, options.tasks() * SINGLES_PER_CENT / 100))
            .with(Setting.BATCH, 1);
    pair(sides, "batches", options, server);
    pair(sides, "one by one", singles, server);
    return sides;
  }

  private static void pair(List<Side> sides, String how, Options options, PostgresServer server) {
    for (var unique : new boolean[] {false, true}) {
      var kind = how + (unique ? ", unique" : "");
      sides.add(
          new Side(
              "Reproq, " + kind,
              Role.OURS,
              () -> server.measure(kind, database -> ours(database, options, unique))));
      sides.add(
          new Side(
              "bare SQL, " + kind,
              Role.CEILING,
              () -> server.measure("bare " + kind, database -> bare(database, options, unique))));
    }
  }

  private static Map<String, Double> ours(
      PostgresDatabase database, Options options, boolean unique) throws Exception {
    try (var reproq = database.open(1)) {
      database.begin();
      var left = new Countdown(options.tasks());
      Callable<Boolean> produce =
          () -> {
            left.each(options.batch(), count -> Numbers.enqueue(reproq, count, unique));
            return true;
          };
      var watch = new Stopwatch();
      try (var threads = Executors.newFixedThreadPool(PRODUCERS)) {
        for (var ended :
            threads.invokeAll(Stream.generate(() -> produce).limit(PRODUCERS).toList())) {
          ended.get();
        }
      }
      return watch.rates(options.tasks());
    }
  }

  private static Map<String, Double> bare(
      PostgresDatabase database, Options options, boolean unique) throws Exception {
    RawPostgres.prepare(database);
    database.begin();
    var left = new Countdown(options.tasks());
    var watch = new Stopwatch();
    RawPostgres.together(database, unique, raw -> left.each(options.batch(), raw::insert));
    return watch.rates(options.tasks());
  }
}
