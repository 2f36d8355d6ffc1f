package io.reproq.store;

import io.reproq.schedule.Schedule;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A schedule as a store keeps it.
///
/// @param times where it stands
/// @param version grows by one at every change, whoever makes it
/// @param lastError why it could not be obeyed when that was last tried, null when it could
public record ScheduleRow(
    Schedule schedule, Schedule.Times times, long version, @Nullable String lastError) {

  public String name() {
    return schedule.name();
  }

  /// When `changed`, which takes this one's place at `now`, is to run next.
  ///
  /// @throws IllegalArgumentException when it could not be obeyed
  public Instant nextRunOf(Schedule changed, Instant now) {
    var next = times.nextRunAt();
    var wasWatched = schedule.enabled() || !changed.enabled();
    return next != null && wasWatched && changed.hasTimesOf(schedule) ? next : changed.next(now);
  }
}
