package io.reproq.jdbc.sqlite;

import io.reproq.clock.TimeSource;
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
import io.reproq.store.Texts;
import io.reproq.store.Ticked;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// Schedules in an SQLite file, in a table that anybody may write to. Safe for use by many threads,
/// and by several processes.
final class SqliteSchedules implements Schedules {
  static final Queries SQL = Queries.of(SqliteSchedules.class, "schedules.sql");

  private static final Query ALL = SQL.get("all_schedules");
  private static final Query ONE = SQL.get("schedule");
  private static final Query DUE = SQL.get("due_schedules");
  private static final Query NEXT_DUE = SQL.get("next_due");
  private static final Query PUT = SQL.get("put_schedule");
  private static final Query ENABLE = SQL.get("enable_schedule");
  private static final Query REMOVE = SQL.get("remove_schedule");
  private static final Query ENTER_TICK = SQL.get("enter_tick");
  private static final Query NAME_TASK = SQL.get("name_task");
  private static final Query NOTE_FAILURE = SQL.get("note_failure");

  /// Times as Django writes them.
  private static final DateTimeFormatter TEXT =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSSSSS", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private final Writer writer;
  private final Readers readers;
  private final TimeSource time;

  SqliteSchedules(Writer writer, Readers readers, TimeSource time) {
    this.writer = writer;
    this.readers = readers;
    this.time = time;
  }

  @Override
  public List<ScheduleRow> list() {
    return readers.read(
        "list the schedules of", source -> source.on(ALL).list(SqliteSchedules::row));
  }

  @Override
  public Optional<ScheduleRow> find(String name) {
    return readers.read(
        "look for a schedule in", source -> Optional.ofNullable(one(source.on(ONE), name)));
  }

  @Override
  public ScheduleRow set(Schedule schedule) {
    schedule.check();
    return writer.write(
        "set a schedule in",
        transaction -> {
          var now = transaction.now();
          var known = one(transaction.on(ONE), schedule.name());
          var next = known == null ? schedule.next(now) : known.nextRunOf(schedule, now);
          ScheduleColumns.set(transaction.on(PUT), schedule)
              .set("next_run_at", text(next))
              .set("now", text(now))
              .update();
          var written = one(transaction.on(ONE), schedule.name());
          if (written == null) {
            throw new IllegalStateException("the schedule just written is not there");
          }
          return written;
        });
  }

  @Override
  public boolean remove(String name) {
    return writer.write(
        "remove a schedule from",
        transaction -> transaction.on(REMOVE).set("name", name).update() > 0);
  }

  @Override
  public boolean enable(String name, boolean wanted) {
    return writer.write(
        "enable a schedule in",
        transaction -> {
          var known = one(transaction.on(ONE), name);
          if (known == null) {
            return false;
          }
          var now = transaction.now();
          var changed = known.schedule().withEnabled(wanted);
          var next = wanted ? known.nextRunOf(changed, now) : known.times().nextRunAt();
          transaction
              .on(ENABLE)
              .set("name", name)
              .set("enabled", wanted)
              .set("next_run_at", next == null ? null : text(next))
              .set("now", text(now))
              .update();
          return true;
        });
  }

  @Override
  public OptionalLong runNow(String name) {
    return writer.write(
        "run a schedule's task in",
        transaction -> {
          var known = one(transaction.on(ONE), name);
          if (known == null) {
            return OptionalLong.empty();
          }
          var at = Turn.beside(transaction.now());
          var task = NewTask.of(known.schedule().spec(at));
          var id = Enqueue.of(List.of(task)).in(transaction).getFirst().resultId();
          tick(transaction.on(ENTER_TICK), name, at).update();
          tick(transaction.on(NAME_TASK), name, at).set("result_id", id).update();
          return OptionalLong.of(id);
        });
  }

  @Override
  public DueSchedules due(int limit) {
    var now = time.now();
    return readers.read(
        "look for due schedules in",
        source -> {
          var rows =
              source
                  .on(DUE)
                  .set("now", Micros.of(now))
                  .set("tried_before", Micros.of(now.minus(FAILED_PAUSE)))
                  .set("limit", limit)
                  .list(SqliteSchedules::row);
          var next = source.on(NEXT_DUE).set("now", Micros.of(now)).number("next_due");
          return new DueSchedules(
              now, rows, next == null ? null : Duration.between(now, Micros.time(next)));
        });
  }

  @Override
  public Ticked tick(ScheduleRow seen, Turn turn) {
    return writer.write("enqueue what is due into", new Tick(seen, turn));
  }

  @Override
  public void fail(ScheduleRow seen, String reason) {
    writer.write(
        "note a failure in",
        transaction ->
            transaction
                .on(NOTE_FAILURE)
                .set("name", seen.name())
                .set("version", seen.version())
                .set("reason", Texts.safe(reason))
                .set("now", text(transaction.now()))
                .update());
  }

  /// `time` as the table has it.
  static String text(Instant time) {
    return TEXT.format(Micros.time(Micros.of(time)));
  }

  /// Sets the parameters that name a tick.
  static PreparedQuery tick(PreparedQuery query, String name, Instant at) throws SQLException {
    return query.set("name", name).set("scheduled_at", Micros.of(at));
  }

  private static @Nullable ScheduleRow one(PreparedQuery query, String name) throws SQLException {
    return query.set("name", name).first(SqliteSchedules::row);
  }

  private static ScheduleRow row(PreparedQuery.Row row) throws SQLException {
    var times =
        new Schedule.Times(
            Micros.timeOrNull(row.numberOrNull("last_run_micros")),
            Micros.timeOrNull(row.numberOrNull("next_run_micros")),
            Micros.time(row.number("updated_micros")));
    return new ScheduleRow(
        ScheduleColumns.read(row), times, row.number("version"), row.textOrNull("last_error"));
  }
}
