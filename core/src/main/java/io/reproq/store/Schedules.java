package io.reproq.store;

import io.reproq.schedule.Schedule;
import io.reproq.schedule.Turn;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// The schedules of a store. Like all of it: every verb is one transaction, the store's clock
/// decides, many threads and processes may work at once.
///
/// ## Never twice
///
/// [#due] only reads. [#tick] moves a schedule on and enqueues in one transaction, if the schedule
/// is still as it was read; and every tick is entered under name and time, once and for all. So any
/// number of schedulers may run at once, beside whatever enqueues from within the database.
public interface Schedules {
  /// So long before its last run a schedule's ticks are known at least.
  Duration TICKS_KEPT = Duration.ofDays(1);

  /// After so long a schedule that could not be obeyed is tried again.
  Duration FAILED_PAUSE = Duration.ofHours(1);

  /// All of them, by name.
  List<ScheduleRow> list();

  /// The one called `name`.
  Optional<ScheduleRow> find(String name);

  /// Makes a schedule, or changes the one of its name. It keeps its next run unless its times have
  /// changed or it was disabled before.
  ///
  /// @throws IllegalArgumentException when it could not be obeyed; then nothing has changed
  ScheduleRow set(Schedule schedule);

  /// Removes a schedule. What it has enqueued stays.
  ///
  /// @return whether it was there
  boolean remove(String name);

  /// Lets a schedule enqueue, or not. What it missed while it did not is not made up for.
  ///
  /// @return whether it is there
  /// @throws IllegalArgumentException when it is to be enabled and could not be obeyed
  boolean enable(String name, boolean wanted);

  /// Enqueues a schedule's task now, enabled or not. Its times stay as they are.
  ///
  /// @return the task's id, empty when there is no such schedule
  /// @throws IllegalArgumentException when it describes no task
  OptionalLong runNow(String name);

  /// Up to `limit` enabled schedules that are due, or whose next run is not worked out. One that
  /// [#fail] was told of is among them when it has changed, or an hour has passed.
  DueSchedules due(int limit);

  /// Does what `turn` says about the schedule that was read as `seen`.
  Ticked tick(ScheduleRow seen, Turn turn);

  /// Keeps why the schedule that was read as `seen` cannot be obeyed, unless it has changed.
  void fail(ScheduleRow seen, String reason);
}
