package io.reproq.jdbc.postgres;

import io.reproq.jdbc.Query;
import io.reproq.schedule.Overlap;
import io.reproq.schedule.Turn;
import io.reproq.store.NewTask;
import io.reproq.store.ScheduleRow;
import io.reproq.store.Schedules;
import io.reproq.store.Ticked;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;

/// Moves a schedule on and enqueues what it was due for. Its row, locked by the first statement,
/// makes schedulers take turns; its ticks make sure that none is enqueued twice.
final class Tick implements Transaction.Verb<Ticked> {
  private static final Query MOVE_ON = PostgresSchedules.SQL.get("move_on");
  private static final Query IS_OPEN = PostgresSchedules.SQL.get("is_open");
  private static final Query ENTER_TICKS = PostgresSchedules.SQL.get("enter_ticks");
  private static final Query NAME_TASKS = PostgresSchedules.SQL.get("name_tasks");
  private static final Query NOTE_RUN = PostgresSchedules.SQL.get("note_run");
  private static final Query FORGET_TICKS = PostgresSchedules.SQL.get("forget_ticks");

  private final ScheduleRow seen;
  private final Turn turn;

  Tick(ScheduleRow seen, Turn turn) {
    this.seen = seen;
    this.turn = turn;
  }

  @Override
  public Ticked in(Transaction transaction) throws SQLException {
    transaction.begin();
    var planned = seen.times().nextRunAt();
    var moved =
        transaction
            .on(MOVE_ON)
            .set("name", seen.name())
            .set("version", seen.version())
            .set("seen_next_run_at", planned == null ? null : planned.atOffset(ZoneOffset.UTC))
            .set("next_run_at", turn.next().atOffset(ZoneOffset.UTC))
            .update();
    if (moved == 0) {
      return new Ticked.Stale();
    }
    if (turn.ticks().isEmpty()) {
      return new Ticked.Done(List.of(), List.of());
    }
    var isSkipped = seen.schedule().overlap() == Overlap.SKIP && isOpen(transaction);
    var entered = entered(transaction);
    if (isSkipped || entered.isEmpty()) {
      return new Ticked.Done(List.of(), entered);
    }
    return new Ticked.Done(enqueue(transaction, entered), List.of());
  }

  private boolean isOpen(Transaction transaction) throws SQLException {
    return Objects.equals(
        transaction.on(IS_OPEN).set("name", seen.name()).first(row -> row.flag("is_open")), true);
  }

  /// The ticks that nobody had entered before, oldest first.
  private List<Instant> entered(Transaction transaction) throws SQLException {
    var fresh =
        new HashSet<>(
            PostgresSchedules.ticks(
                    transaction.on(ENTER_TICKS).set("name", seen.name()), turn.ticks())
                .list(row -> Times.time(row, "scheduled_at")));
    return turn.ticks().stream().filter(fresh::contains).toList();
  }

  private List<Ticked.Run> enqueue(Transaction transaction, List<Instant> ticks)
      throws SQLException {
    var tasks = ticks.stream().map(tick -> NewTask.of(seen.schedule().spec(tick))).toList();
    var enqueued = Enqueue.joining(tasks).in(transaction);
    var runs = new ArrayList<Ticked.Run>();
    for (var i = 0; i < ticks.size(); i++) {
      runs.add(new Ticked.Run(ticks.get(i), enqueued.get(i).resultId()));
    }
    var ids = runs.stream().map(Ticked.Run::resultId).toArray(Long[]::new);
    PostgresSchedules.ticks(transaction.on(NAME_TASKS).set("name", seen.name()), ticks)
        .setArray("ids", "bigint", ids)
        .update();
    var last = ticks.getLast();
    transaction
        .on(NOTE_RUN)
        .set("name", seen.name())
        .set("last_run_at", last.atOffset(ZoneOffset.UTC))
        .update();
    transaction
        .on(FORGET_TICKS)
        .set("name", seen.name())
        .set("forget_before", last.minus(Schedules.TICKS_KEPT).atOffset(ZoneOffset.UTC))
        .update();
    return runs;
  }
}
