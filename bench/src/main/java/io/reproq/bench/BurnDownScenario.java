package io.reproq.bench;

import io.reproq.Reproq;
import io.reproq.bench.Side.Role;
import io.reproq.store.QueueStatus;
import io.reproq.task.Limits;
import io.reproq.task.TaskStatus;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.LongFunction;

/// A backlog of ready tasks, taken to its end by one worker.
final class BurnDownScenario extends PostgresScenario {
  private static final QueueStatus DONE = new QueueStatus("default", TaskStatus.SUCCESSFUL);

  @Override
  public String name() {
    return "burn-down";
  }

  @Override
  public String summary() {
    return "PostgreSQL, ready no-ops run to the end by one worker, beside bare SQL";
  }

  @Override
  public Map<Setting, Integer> settings() {
    return Map.of(
        Setting.ROUNDS, 5,
        Setting.WARMUP, 1,
        Setting.TASKS, 200_000,
        Setting.BATCH, 1000,
        Setting.CONCURRENCY, 1000);
  }

  @Override
  List<Side> sides(Options options, PostgresServer server) {
    return List.of(
        new Side(
            "Reproq",
            Role.OURS,
            () -> server.measure("Reproq", database -> ours(database, options, reproq -> {}))),
        new Side(
            "bare SQL, 2 connections",
            Role.CEILING,
            () -> server.measure("bare SQL", database -> bare(database, options))));
  }

  /// Burns a backlog down.
  ///
  /// @param prepare is done before, with the database in question
  static Map<String, Double> ours(
      PostgresDatabase database, Options options, Consumer<Reproq> prepare) throws Exception {
    return ours(database, options, prepare, number -> Limits.NONE);
  }

  /// Burns a backlog down of which each task has the limits that belong to its number.
  static Map<String, Double> ours(
      PostgresDatabase database,
      Options options,
      Consumer<Reproq> prepare,
      LongFunction<Limits> limits)
      throws Exception {
    try (var reproq = database.open(1)) {
      prepare.accept(reproq);
      var left = new Countdown(options.tasks());
      left.each(options.batch(), count -> reproq.enqueueAll(Numbers.tasks(count, limits)).size());
    }
    try (var reproq = database.open(options.concurrency())) {
      var ran = new LongAdder();
      reproq.handle(
          Numbers.TYPE,
          (context, number) -> {
            ran.increment();
            return null;
          });
      database.begin();
      var watch = new Stopwatch();
      reproq.start();
      watch.await(() -> ran.sum() >= options.tasks() && done(reproq) == options.tasks());
      return watch.rates(options.tasks());
    }
  }

  private static long done(Reproq reproq) {
    return reproq.store().counts().getOrDefault(DONE, 0L);
  }

  private static Map<String, Double> bare(PostgresDatabase database, Options options)
      throws Exception {
    RawPostgres.prepare(database);
    try (var raw = RawPostgres.on(database, false)) {
      var left = new Countdown(options.tasks());
      left.each(options.batch(), raw::insert);
    }
    database.begin();
    var done = new LongAdder();
    var watch = new Stopwatch();
    RawPostgres.together(
        database,
        false,
        raw -> {
          for (var count = raw.claimAndSettle(); count > 0; count = raw.claimAndSettle()) {
            done.add(count);
          }
        });
    if (done.sum() != options.tasks()) {
      throw new IllegalStateException("settled " + done + " of " + options.tasks());
    }
    return watch.rates(options.tasks());
  }
}
