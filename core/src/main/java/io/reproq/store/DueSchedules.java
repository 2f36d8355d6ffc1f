package io.reproq.store;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The schedules whose time has come.
///
/// @param now the store's clock
/// @param rows the longest due first
/// @param nextDue how long it is until another one is due, null when none will be
public record DueSchedules(Instant now, List<ScheduleRow> rows, @Nullable Duration nextDue) {
  public DueSchedules {
    rows = List.copyOf(rows);
  }
}
