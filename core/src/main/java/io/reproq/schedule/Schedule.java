package io.reproq.schedule;

import io.reproq.task.Spec;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A cron line that enqueues. What it says is not checked before [#check]: anybody may write such a
/// line with plain SQL.
///
/// @param name names it, and is part of what it enqueues
/// @param cron see [Cron]
/// @param timeZone that of the expression, unless that names one itself
/// @param catchUp whether all runs that were missed are made up for, and not only one of them
public record Schedule(
    String name,
    String cron,
    String timeZone,
    TaskTemplate task,
    Overlap overlap,
    boolean catchUp,
    boolean enabled) {

  /// A schedule in UTC that lets runs overlap, and makes up for one missed run at the most.
  public static Schedule of(String name, String cron, TaskTemplate task) {
    return new Schedule(name, cron, "UTC", task, Overlap.ALLOW, false, true);
  }

  public Schedule withTimeZone(String value) {
    return new Schedule(name, cron, value, task, overlap, catchUp, enabled);
  }

  public Schedule withOverlap(Overlap value) {
    return new Schedule(name, cron, timeZone, task, value, catchUp, enabled);
  }

  /// Whether all missed runs are made up for. Has no effect where runs that overlap are skipped.
  public Schedule withCatchUp(boolean value) {
    return new Schedule(name, cron, timeZone, task, overlap, value, enabled);
  }

  public Schedule withEnabled(boolean value) {
    return new Schedule(name, cron, timeZone, task, overlap, catchUp, value);
  }

  /// Checks all that it says.
  ///
  /// @throws IllegalArgumentException when it could not be obeyed, saying why
  public void check() {
    if (name.isBlank() || name.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException(
          "a schedule needs a name in printable characters, was '" + name.strip() + "'");
    }
    var unused = when();
    var unusedToo = spec(Instant.EPOCH);
  }

  /// Its expression, read.
  ///
  /// @throws IllegalArgumentException when it cannot be
  public Cron when() {
    return Cron.parse(cron, timeZone);
  }

  /// The task that is due at `scheduledAt`. The time is part of it, so that every run has a hash of
  /// its own.
  ///
  /// @throws IllegalArgumentException when there can be no such task, naming the field
  public Spec spec(Instant scheduledAt) {
    return PeriodicSpec.of(this, scheduledAt);
  }

  /// The first time it is due after `time`.
  ///
  /// @throws IllegalArgumentException when there is none, or the expression cannot be read
  public Instant next(Instant time) {
    return when()
        .next(time)
        .orElseThrow(() ->
            new IllegalArgumentException("cron '" + cron + "' is never due again after " + time));
  }

  /// Whether `other` is due at the same times.
  public boolean hasTimesOf(Schedule other) {
    return cron.equals(other.cron) && timeZone.equals(other.timeZone);
  }

  /// Where a schedule stands.
  ///
  /// @param lastRunAt the time of the last run that was enqueued, null for none
  /// @param nextRunAt when it is due, null when that was not worked out since it changed
  /// @param changedAt when it was last changed
  public record Times(
      @Nullable Instant lastRunAt, @Nullable Instant nextRunAt, Instant changedAt) {}
}
