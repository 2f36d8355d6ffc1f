package io.reproq.bench;

import io.reproq.Reproq;
import io.reproq.bench.Side.Role;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/// Tasks that are enqueued, run and settled all at once, for as long as asked.
final class SustainedScenario extends PostgresScenario {
  private static final Duration FULL = Duration.ofMillis(1);

  @Override
  public String name() {
    return "sustained";
  }

  @Override
  public String summary() {
    return "PostgreSQL, enqueue, run and settle at the same time, beside bare SQL";
  }

  @Override
  public Map<Setting, Integer> settings() {
    return Map.of(
        Setting.ROUNDS, 2,
        Setting.WARMUP, 1,
        Setting.SECONDS, 60,
        Setting.BATCH, 1000,
        Setting.CONCURRENCY, 1000,
        Setting.BACKLOG, 10_000);
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
              "bare SQL, 2 connections" + kind,
              Role.CEILING,
              () ->
                  server.measure("bare SQL" + kind, database -> bare(database, options, unique))));
    }
    return sides;
  }

  private static Map<String, Double> ours(
      PostgresDatabase database, Options options, boolean unique) throws Exception {
    var ran = new LongAdder();
    try (var reproq = database.open(options.concurrency())) {
      reproq.handle(
          Numbers.TYPE,
          (context, number) -> {
            ran.increment();
            return null;
          });
      database.begin();
      reproq.start();
      return during(
          stop -> feed(reproq, options, unique, new Gate(ran, stop)),
          new Flow(ran::sum, options.get(Setting.SECONDS)));
    }
  }

  private static void feed(Reproq reproq, Options options, boolean unique, Gate gate) {
    for (var sent = 0L; !gate.stop.get(); ) {
      if (sent - gate.ran.sum() < options.get(Setting.BACKLOG)) {
        sent += Numbers.enqueue(reproq, options.batch(), unique);
      } else {
        LockSupport.parkNanos(FULL.toNanos());
      }
    }
  }

  private static Map<String, Double> bare(
      PostgresDatabase database, Options options, boolean unique) throws Exception {
    RawPostgres.prepare(database);
    database.begin();
    var done = new LongAdder();
    return during(
        stop ->
            RawPostgres.together(
                database,
                unique,
                raw -> {
                  while (!stop.get()) {
                    done.add(raw.cycle(options.batch()));
                  }
                }),
        new Flow(done::sum, options.get(Setting.SECONDS)));
  }

  /// Watches `flow` while `work` goes on in a thread of its own.
  private static Map<String, Double> during(Work work, Flow flow)
      throws InterruptedException, ExecutionException {
    var stop = new AtomicBoolean();
    try (var thread = Executors.newSingleThreadExecutor()) {
      var running =
          thread.submit(() -> {
            work.until(stop);
            return true;
          });
      try {
        return flow.watch();
      } finally {
        stop.set(true);
        running.get();
      }
    }
  }

  /// Goes on until it is told to stop.
  @FunctionalInterface
  private interface Work {
    void until(AtomicBoolean stop) throws Exception;
  }

  /// What lets a producer through.
  private record Gate(LongAdder ran, AtomicBoolean stop) {}
}
