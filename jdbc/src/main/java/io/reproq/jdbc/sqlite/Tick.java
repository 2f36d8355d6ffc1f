package io.reproq.jdbc.sqlite;

import io.reproq.jdbc.Query;
import io.reproq.schedule.Overlap;
import io.reproq.schedule.Turn;
import io.reproq.store.NewTask;
import io.reproq.store.ScheduleRow;
import io.reproq.store.Schedules;
import io.reproq.store.Ticked;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// Moves a schedule on and enqueues what it was due for. There is one writer at a time; whoever
/// comes second finds the row's version changed.
final class Tick implements Transaction.Verb<Ticked> {
  private static final Query MOVE_ON = SqliteSchedules.SQL.get("move_on");
  private static final Query IS_OPEN = SqliteSchedules.SQL.get("is_open");
  private static final Query ENTER_TICK = SqliteSchedules.SQL.get("enter_tick");
  private static final Query NAME_TASK = SqliteSchedules.SQL.get("name_task");
  private static final Query NOTE_RUN = SqliteSchedules.SQL.get("note_run");
  private static final Query FORGET_TICKS = SqliteSchedules.SQL.get("forget_ticks");

  private final ScheduleRow seen;
  private final Turn turn;

  Tick(ScheduleRow seen, Turn turn) {
    this.seen = seen;
    this.turn = turn;
  }

  @Override
  public Ticked in(Transaction transaction) throws SQLException {
    var moved =
        transaction
            .on(MOVE_ON)
            .set("name", seen.name())
            .set("version", seen.version())
            .set("next_run_at", SqliteSchedules.text(turn.next()))
            .update();
    if (moved == 0) {
      return new Ticked.Stale();
    }
    var isSkipped = seen.schedule().overlap() == Overlap.SKIP && isOpen(transaction);
    var entered = new ArrayList<Instant>();
    for (var tick : turn.ticks()) {
      if (SqliteSchedules.tick(transaction.on(ENTER_TICK), seen.name(), tick).update() > 0) {
        entered.add(tick);
      }
    }
    if (isSkipped || entered.isEmpty()) {
      return new Ticked.Done(List.of(), entered);
    }
    return new Ticked.Done(enqueue(transaction, entered), List.of());
  }

  private boolean isOpen(Transaction transaction) throws SQLException {
    var open = transaction.on(IS_OPEN).set("name", seen.name()).number("open");
    return open != null && open > 0;
  }

  private List<Ticked.Run> enqueue(Transaction transaction, List<Instant> ticks)
      throws SQLException {
    var tasks = ticks.stream().map(tick -> NewTask.of(seen.schedule().spec(tick))).toList();
    var enqueued = Enqueue.of(tasks).in(transaction);
    var runs = new ArrayList<Ticked.Run>();
    for (var i = 0; i < ticks.size(); i++) {
      var id = enqueued.get(i).resultId();
      SqliteSchedules.tick(transaction.on(NAME_TASK), seen.name(), ticks.get(i))
          .set("result_id", id)
          .update();
      runs.add(new Ticked.Run(ticks.get(i), id));
    }
    var last = ticks.getLast();
    transaction
        .on(NOTE_RUN)
        .set("name", seen.name())
        .set("last_run_at", SqliteSchedules.text(last))
        .update();
    transaction
        .on(FORGET_TICKS)
        .set("name", seen.name())
        .set("forget_before", Micros.of(last.minus(Schedules.TICKS_KEPT)))
        .update();
    return runs;
  }
}
