package io.reproq.bench;

import io.reproq.Reproq;
import io.reproq.bench.Side.Role;
import io.reproq.jdbc.Session;
import io.reproq.store.QueueStatus;
import io.reproq.task.TaskStatus;
import io.reproq.workflow.Workflow;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A chord of many members, taken to its end by one worker, beside as many plain tasks. How often
/// the rows of the workflow and of its callback were written says whether members wait for each
/// other there.
final class ChordScenario extends PostgresScenario {
  private static final QueueStatus DONE = new QueueStatus("default", TaskStatus.SUCCESSFUL);

  @Override
  public String name() {
    return "chord";
  }

  @Override
  public String summary() {
    return "PostgreSQL, the members of a chord run by one worker, beside plain tasks";
  }

  @Override
  public Map<Setting, Integer> settings() {
    return Map.of(
        Setting.ROUNDS, 5,
        Setting.WARMUP, 1,
        Setting.TASKS, 10_000,
        Setting.CONCURRENCY, 1000);
  }

  @Override
  List<Side> sides(Options options, PostgresServer server) {
    return List.of(
        new Side(
            "chord",
            Role.OURS,
            () -> server.measure("chord", database -> chord(database, options))),
        new Side(
            "plain tasks",
            Role.CEILING,
            () -> server.measure("plain tasks", database -> plain(database, options))));
  }

  private static Map<String, Double> chord(PostgresDatabase database, Options options)
      throws Exception {
    Map<String, Double> values;
    try (var reproq = database.open(1)) {
      var members = new ArrayList<Workflow>();
      Numbers.next(options.tasks()).forEach(number -> members.add(Numbers.TYPE.step(number)));
      var chord = Workflow.chord(new Workflow.Group(members), Numbers.TYPE.step(0L));
      var watch = new Stopwatch();
      reproq.enqueue(chord);
      values = enqueued(watch, options);
    }
    values.putAll(run(database, options, options.tasks() + 1));
    values.put("writes workflow", updates(database, "workflow"));
    values.put("writes waiting", updates(database, "waiting"));
    return values;
  }

  private static Map<String, Double> plain(PostgresDatabase database, Options options)
      throws Exception {
    Map<String, Double> values;
    try (var reproq = database.open(1)) {
      var watch = new Stopwatch();
      Numbers.enqueue(reproq, options.tasks(), false);
      values = enqueued(watch, options);
    }
    values.putAll(run(database, options, options.tasks()));
    return values;
  }

  private static Map<String, Double> enqueued(Stopwatch watch, Options options) {
    var values = new LinkedHashMap<String, Double>();
    values.put("enqueued/s", options.tasks() * 1e9 / watch.nanos());
    return values;
  }

  private static Map<String, Double> run(PostgresDatabase database, Options options, int tasks)
      throws Exception {
    try (var reproq = database.open(options.concurrency())) {
      reproq.handle(Numbers.TYPE, (context, number) -> null);
      database.begin();
      var watch = new Stopwatch();
      reproq.start();
      watch.await(() -> done(reproq) == tasks);
      return watch.rates(tasks);
    }
  }

  private static long done(Reproq reproq) {
    return reproq.store().counts().getOrDefault(DONE, 0L);
  }

  /// How often rows of a table were changed. Sessions tell it at their end at the latest, so it
  /// waits for the worker's.
  private static double updates(PostgresDatabase database, String table) throws SQLException {
    try (var session = database.connect()) {
      new Stopwatch().await(() -> isAlone(session));
      return session
          .on(PostgresDatabase.SQL.get("updates"))
          .set("table", table)
          .list(row -> row.number("updates"))
          .getFirst();
    }
  }

  private static boolean isAlone(Session session) {
    try {
      return session.on(PostgresDatabase.SQL.get("others")).list(row -> true).isEmpty();
    } catch (SQLException e) {
      throw new IllegalStateException("cannot see who is connected: " + e.getMessage(), e);
    }
  }
}
