package io.reproq.schedule;

import io.reproq.schedule.Schedule.Times;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/// What is to be done about a schedule at some time.
///
/// @param ticks the times to enqueue it for, oldest first; none when it is not due
/// @param next when it is due again
public record Turn(List<Instant> ticks, Instant next) {
  /// So many missed runs are made up for at a time; the rest comes in the next turn.
  public static final int MOST_TICKS = 1000;

  public Turn {
    ticks = List.copyOf(ticks);
  }

  /// A time at `now`, to the microsecond, at which nothing is ever due: that of a run which
  /// somebody asks for.
  public static Instant beside(Instant now) {
    var time = now.truncatedTo(ChronoUnit.MICROS);
    return time.equals(now.truncatedTo(ChronoUnit.SECONDS))
        ? time.plus(1, ChronoUnit.MICROS)
        : time;
  }

  /// What is to be done about `schedule`, which stands at `times`, at `now`.
  ///
  /// The time in `times` is obeyed as it is, also where the expression would not have it; but
  /// nothing up to the last run is repeated.
  ///
  /// @throws IllegalArgumentException when the schedule cannot be obeyed
  public static Turn of(Schedule schedule, Times times, Instant now) {
    var planned = times.nextRunAt();
    var first = planned == null ? schedule.next(times.changedAt()) : planned;
    var last = times.lastRunAt();
    if (last != null && !first.isAfter(last)) {
      first = schedule.next(last);
    }
    if (first.isAfter(now)) {
      return new Turn(List.of(), first);
    }
    if (!schedule.catchUp() || schedule.overlap() == Overlap.SKIP) {
      return new Turn(List.of(first), schedule.next(now));
    }
    var ticks = new ArrayList<Instant>();
    var tick = first;
    var cron = schedule.when();
    while (!tick.isAfter(now) && ticks.size() < MOST_TICKS) {
      ticks.add(tick);
      tick = cron.next(tick).orElseGet(() -> schedule.next(now));
    }
    return new Turn(ticks, tick);
  }
}
