package io.reproq.jdbc.postgres;

import io.reproq.jdbc.PreparedQuery;
import io.reproq.jdbc.Queries;
import io.reproq.jdbc.Query;
import io.reproq.jdbc.ScheduleColumns;
import io.reproq.schedule.Schedule;
import io.reproq.schedule.Turn;
import io.reproq.store.DueSchedules;
import io.reproq.store.NewTask;
import io.reproq.store.ScheduleRow;
import io.reproq.store.Schedules;
import io.reproq.store.StoreException;
import io.reproq.store.Texts;
import io.reproq.store.Ticked;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// Schedules in a PostgreSQL database. Safe for use by many threads, and by many processes.
final class PostgresSchedules implements Schedules {
  static final Queries SQL = Queries.of(PostgresSchedules.class, "schedules.sql");

  private static final Query CLOCK = SQL.get("clock");
  private static final Query ALL = SQL.get("all_schedules");
  private static final Query ONE = SQL.get("schedule");
  private static final Query LOCKED = SQL.get("schedule_locked");
  private static final Query DUE = SQL.get("due_schedules");
  private static final Query NEXT_DUE = SQL.get("next_due");
  private static final Query INSERT = SQL.get("insert_schedule");
  private static final Query UPDATE = SQL.get("update_schedule");
  private static final Query ENABLE = SQL.get("enable_schedule");
  private static final Query REMOVE = SQL.get("remove_schedule");
  private static final Query ENTER_TICKS = SQL.get("enter_ticks");
  private static final Query NAME_TASKS = SQL.get("name_tasks");
  private static final Query NOTE_FAILURE = SQL.get("note_failure");

  private final Runner runner;

  PostgresSchedules(Runner runner) {
    this.runner = runner;
  }

  @Override
  public List<ScheduleRow> list() {
    return runner.run(
        "list the schedules of", transaction -> transaction.on(ALL).list(PostgresSchedules::row));
  }

  @Override
  public Optional<ScheduleRow> find(String name) {
    return Optional.ofNullable(
        runner.run("look for a schedule in", transaction -> one(transaction, ONE, name)));
  }

  @Override
  public ScheduleRow set(Schedule schedule) {
    schedule.check();
    return runner.run(
        "set a schedule in",
        transaction -> {
          transaction.begin();
          var now = now(transaction);
          var known = one(transaction, LOCKED, schedule.name());
          if (known == null) {
            var inserted =
                times(
                        ScheduleColumns.set(transaction.on(INSERT), schedule),
                        schedule.next(now),
                        now)
                    .update();
            if (inserted == 1) {
              return written(transaction, schedule);
            }
            // Somebody made it just now.
            known = written(transaction, schedule);
          }
          var next = known.nextRunOf(schedule, now);
          times(ScheduleColumns.set(transaction.on(UPDATE), schedule), next, now).update();
          return written(transaction, schedule);
        });
  }

  private static ScheduleRow written(Transaction transaction, Schedule schedule)
      throws SQLException {
    var row = one(transaction, LOCKED, schedule.name());
    if (row == null) {
      throw new StoreException(
          "the schedule " + schedule.name() + " was removed while it was set; set it again",
          true,
          null);
    }
    return row;
  }

  @Override
  public boolean remove(String name) {
    return runner.run(
        "remove a schedule from",
        transaction -> transaction.on(REMOVE).set("name", name).update() > 0);
  }

  @Override
  public boolean enable(String name, boolean wanted) {
    return runner.run(
        "enable a schedule in",
        transaction -> {
          transaction.begin();
          var known = one(transaction, LOCKED, name);
          if (known == null) {
            return false;
          }
          var now = now(transaction);
          var changed = known.schedule().withEnabled(wanted);
          var next = wanted ? known.nextRunOf(changed, now) : known.times().nextRunAt();
          var query = transaction.on(ENABLE).set("name", name).set("enabled", wanted);
          times(query, next, now).update();
          return true;
        });
  }

  @Override
  public OptionalLong runNow(String name) {
    return runner.runOnce(
        "run a schedule's task in",
        transaction -> {
          transaction.begin();
          var known = one(transaction, LOCKED, name);
          if (known == null) {
            return OptionalLong.empty();
          }
          var time = Turn.beside(now(transaction));
          var task = NewTask.of(known.schedule().spec(time));
          var id = Enqueue.joining(List.of(task)).in(transaction).getFirst().resultId();
          ticks(transaction.on(ENTER_TICKS).set("name", name), List.of(time)).list(row -> name);
          ticks(transaction.on(NAME_TASKS).set("name", name), List.of(time))
              .setArray("ids", "bigint", new Long[] {id})
              .update();
          return OptionalLong.of(id);
        });
  }

  @Override
  public DueSchedules due(int limit) {
    return runner.run(
        "look for due schedules in",
        transaction -> {
          var now = now(transaction);
          var rows =
              transaction
                  .on(DUE)
                  .set("now", now.atOffset(ZoneOffset.UTC))
                  .set("tried_before", now.minus(FAILED_PAUSE).atOffset(ZoneOffset.UTC))
                  .set("limit", limit)
                  .list(PostgresSchedules::row);
          var next =
              transaction
                  .on(NEXT_DUE)
                  .set("now", now.atOffset(ZoneOffset.UTC))
                  .list(row -> Optional.ofNullable(Times.timeOrNull(row, "next_due")))
                  .getFirst();
          return new DueSchedules(
              now, rows, next.map(at -> Duration.between(now, at)).orElse(null));
        });
  }

  @Override
  public Ticked tick(ScheduleRow seen, Turn turn) {
    return runner.run("enqueue what is due into", new Tick(seen, turn));
  }

  @Override
  public void fail(ScheduleRow seen, String reason) {
    runner.run(
        "note a failure in",
        transaction ->
            transaction
                .on(NOTE_FAILURE)
                .set("name", seen.name())
                .set("version", seen.version())
                .set("reason", Texts.safe(reason))
                .set("now", now(transaction).atOffset(ZoneOffset.UTC))
                .update());
  }

  /// Sets `ticks` to times.
  static PreparedQuery ticks(PreparedQuery query, List<Instant> ticks) throws SQLException {
    return query.setArray(
        "ticks",
        "timestamptz",
        ticks.stream()
            .map(tick -> tick.atOffset(ZoneOffset.UTC).toString())
            .toArray(String[]::new));
  }

  private static PreparedQuery times(PreparedQuery query, @Nullable Instant next, Instant now)
      throws SQLException {
    return query
        .set("next_run_at", next == null ? null : next.atOffset(ZoneOffset.UTC))
        .set("now", now.atOffset(ZoneOffset.UTC));
  }

  private static Instant now(Transaction transaction) throws SQLException {
    return transaction.onNow(CLOCK).list(row -> Times.time(row, "now")).getFirst();
  }

  private static @Nullable ScheduleRow one(Transaction transaction, Query query, String name)
      throws SQLException {
    return transaction.on(query).set("name", name).first(PostgresSchedules::row);
  }

  private static ScheduleRow row(PreparedQuery.Row row) throws SQLException {
    var times =
        new Schedule.Times(
            Times.timeOrNull(row, "last_run_at"),
            Times.timeOrNull(row, "next_run_at"),
            Times.time(row, "updated_at"));
    return new ScheduleRow(
        ScheduleColumns.read(row), times, row.number("version"), row.textOrNull("last_error"));
  }
}
