package io.reproq.bench;

import io.reproq.bench.Side.Role;
import io.reproq.clock.TimeSource;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What PostgreSQL does here without any of our code: the ceiling, and what one fsync costs.
final class RawScenario extends PostgresScenario {
  /// Commits that are timed one by one.
  private static final int COMMITS = 2000;

  @Override
  public String name() {
    return "raw";
  }

  @Override
  public String summary() {
    return "PostgreSQL alone: place tables by bare SQL on 2 connections, and single commits";
  }

  @Override
  public Map<Setting, Integer> settings() {
    return Map.of(
        Setting.ROUNDS, 5, Setting.WARMUP, 1, Setting.TASKS, 200_000, Setting.BATCH, 1000);
  }

  @Override
  List<Side> sides(Options options, PostgresServer server) {
    return List.of(
        phases("unique", Role.BESIDE, options, server),
        phases("plain", Role.CEILING, options, server),
        new Side(
            "single commits, no fsync",
            Role.BESIDE,
            () -> server.measure("no fsync", database -> commits(database, true))),
        new Side(
            "single commits",
            Role.CEILING,
            () -> server.measure("commits", database -> commits(database, false))));
  }

  private static Side phases(String name, Role role, Options options, PostgresServer server) {
    var unique = name.equals("unique");
    return new Side(
        name,
        role,
        () ->
            server.measure(
                name,
                database -> {
                  RawPostgres.prepare(database);
                  database.begin();
                  return phases(database, unique, options);
                }));
  }

  private static Map<String, Double> phases(
      PostgresDatabase database, boolean unique, Options options) throws Exception {
    var values = new LinkedHashMap<String, Double>();
    values.put("cycle tasks/s", timed(database, unique, options, RawPostgres::cycle));
    values.put("insert tasks/s", timed(database, unique, options, RawPostgres::insert));
    values.put(
        "claim and settle tasks/s",
        timed(database, unique, options, (raw, count) -> raw.claimAndSettle()));
    return values;
  }

  private static double timed(PostgresDatabase database, boolean unique, Options options, Step step)
      throws Exception {
    var left = new Countdown(options.tasks());
    var watch = new Stopwatch();
    RawPostgres.together(
        database, unique, raw -> left.each(options.batch(), count -> step.of(raw, count)));
    if (!left.isDone()) {
      throw new IllegalStateException("two connections left tasks behind");
    }
    return options.tasks() * 1e9 / watch.nanos();
  }

  private static Map<String, Double> commits(PostgresDatabase database, boolean hurried)
      throws SQLException {
    RawPostgres.prepare(database);
    database.begin();
    var time = TimeSource.system();
    var waits = new ArrayList<Double>(COMMITS);
    try (var raw = RawPostgres.on(database, false)) {
      if (hurried) {
        raw.hurry();
      }
      for (var i = 0; i < COMMITS; i++) {
        var start = time.nanoTime();
        raw.note();
        waits.add((time.nanoTime() - start) / 1e6);
      }
    }
    return new Series(waits).quantiles("commit");
  }

  /// What is done with one batch.
  @FunctionalInterface
  private interface Step {
    int of(RawPostgres raw, int batch) throws SQLException;
  }
}
