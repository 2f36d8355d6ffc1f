package io.reproq.schedule;

import io.reproq.schedule.CronField.Values;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.Month;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A cron expression in a time zone. Immutable; safe for use by many threads.
///
/// Five fields: minute, hour, day of month, month, day of week; `*`, `?`, lists, ranges, steps,
/// names of three letters, 7 for Sunday too. Aliases from `@hourly` to `@yearly`. A prefix
/// `CRON_TZ=Zone ` or `TZ=Zone ` says the zone and goes before any other.
///
/// Where one of the two day fields is a bare `*` or `?`, both must match; where both are
/// restricted, either may.
///
/// ## When clocks change
///
/// An expression that fixes the hour means the time that the clock on the wall shows, once a day.
/// What falls into the hour that is left out in spring runs at the end of the gap, once however
/// much falls into it; what falls into the hour that comes twice in autumn runs in the first one.
///
/// An expression whose hour begins with `*` or `?`, or takes in all hours, means elapsed time: it
/// runs in both of the hours that come twice, and nothing is made up for the one that is left out.
/// The distinction is Vixie cron's, but for the minute, which plays no part here.
///
/// Contract: `worker-and-django`, section 3.9.
public final class Cron {
  private static final Map<String, String> ALIASES =
      Map.of(
          "@hourly", "0 * * * *",
          "@daily", "0 0 * * *",
          "@midnight", "0 0 * * *",
          "@weekly", "0 0 * * 0",
          "@monthly", "0 0 1 * *",
          "@yearly", "0 0 1 1 *",
          "@annually", "0 0 1 1 *");
  private static final int FIELDS = 5;
  private static final long ALL_HOURS = (1L << 24) - 1;
  private static final int LAST_YEAR = 9999;
  private static final Instant END = Instant.parse("9999-12-31T00:00:00Z");

  private final String expression;
  private final ZoneId zone;
  private final Values minutes;
  private final Values hours;
  private final Values daysOfMonth;
  private final Values months;
  private final Values daysOfWeek;
  private final boolean isFixed;

  private Cron(String expression, ZoneId zone, String... fields) {
    this.expression = expression;
    this.zone = zone;
    this.minutes = CronField.MINUTE.read(fields[0]);
    this.hours = CronField.HOUR.read(fields[1]);
    this.daysOfMonth = CronField.DAY_OF_MONTH.read(fields[2]);
    this.months = CronField.MONTH.read(fields[3]);
    this.daysOfWeek = CronField.DAY_OF_WEEK.read(fields[4]);
    this.isFixed = !hours.isWild() && hours.bits() != ALL_HOURS;
  }

  /// Reads an expression, in UTC when it names no zone itself.
  ///
  /// @throws IllegalArgumentException when it cannot be read, or names a time that never comes
  public static Cron parse(String expression) {
    return parse(expression, "UTC");
  }

  /// Reads an expression, in the zone called `timeZone` when it names none itself.
  ///
  /// @throws IllegalArgumentException when it cannot be read, or names a time that never comes
  public static Cron parse(String expression, String timeZone) {
    var text = expression.strip();
    var zone = timeZone;
    if (text.startsWith("CRON_TZ=") || text.startsWith("TZ=")) {
      var parts = text.split("\\s+", 2);
      zone = parts[0].substring(parts[0].indexOf('=') + 1);
      text = parts.length < 2 ? "" : parts[1];
      if (text.isEmpty()) {
        throw unreadable(expression, "after the time zone there must be five fields, or an alias");
      }
    }
    var fields = fields(expression, text);
    try {
      var cron = new Cron(expression.strip(), zone(zone), fields);
      cron.refuseImpossible(fields);
      return cron;
    } catch (IllegalArgumentException e) {
      throw unreadable(expression, String.valueOf(e.getMessage()));
    }
  }

  private static String[] fields(String expression, String text) {
    if (text.startsWith("@")) {
      var meant = ALIASES.get(text.toLowerCase(Locale.ROOT));
      if (meant == null) {
        throw unreadable(
            expression, "of the aliases there are " + String.join(", ", sortedAliases()));
      }
      return meant.split(" ", -1);
    }
    var fields = text.isEmpty() ? new String[0] : text.split("\\s+", -1);
    if (fields.length != FIELDS) {
      throw unreadable(
          expression,
          "wanted five fields (minute, hour, day of month, month, day of week), found "
              + fields.length);
    }
    return fields;
  }

  private static String[] sortedAliases() {
    return ALIASES.keySet().stream().sorted().toArray(String[]::new);
  }

  private static ZoneId zone(String name) {
    try {
      return ZoneId.of(name);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          "there is no time zone '" + name + "'; they are called like Europe/Berlin or UTC", e);
    }
  }

  /// A day that no allowed month has comes never, unless a day of the week will do as well.
  private void refuseImpossible(String[] fields) {
    if (daysOfMonth.isStar() || !daysOfWeek.isStar()) {
      return;
    }
    for (var month : Month.values()) {
      var first = daysOfMonth.from(1);
      if (months.has(month.getValue()) && first <= month.maxLength()) {
        return;
      }
    }
    throw new IllegalArgumentException(
        "it never comes: none of the months '%s' has a day '%s'".formatted(fields[3], fields[2]));
  }

  private static IllegalArgumentException unreadable(String expression, String why) {
    return new IllegalArgumentException("cron '" + expression + "': " + why);
  }

  /// The zone that its fields are in.
  public ZoneId zone() {
    return zone;
  }

  /// The first time it is due strictly after `after`, empty when that is none before the year
  /// 10000.
  public Optional<Instant> next(Instant after) {
    var rules = zone.getRules();
    var begun = rules.previousTransition(after.plusNanos(1));
    var offset = rules.getOffset(after);
    var from = firstMinuteAfter(after, offset);
    if (begun != null && begun.isOverlap() && isFixed) {
      from = later(from, begun.getDateTimeBefore());
    }
    for (var at = after; at.isBefore(END); ) {
      var ends = rules.nextTransition(at);
      var found = firstFrom(from, ends);
      if (found == null) {
        return Optional.empty();
      }
      if (ends == null || found.isBefore(ends.getDateTimeBefore())) {
        return Optional.of(found.toInstant(offset));
      }
      if (ends.isGap() && isFixed && found.isBefore(ends.getDateTimeAfter())) {
        return Optional.of(ends.getInstant());
      }
      at = ends.getInstant();
      offset = ends.getOffsetAfter();
      from = ends.isOverlap() && isFixed ? ends.getDateTimeBefore() : ends.getDateTimeAfter();
    }
    return Optional.empty();
  }

  private static LocalDateTime later(LocalDateTime one, LocalDateTime other) {
    return one.isAfter(other) ? one : other;
  }

  private static LocalDateTime firstMinuteAfter(Instant after, ZoneOffset offset) {
    return LocalDateTime.ofInstant(after, offset).truncatedTo(ChronoUnit.MINUTES).plusMinutes(1);
  }

  /// The first matching time on the wall from `from` on, which may lie beyond the end of the
  /// offset; null when there is none before the year 10000.
  private @Nullable LocalDateTime firstFrom(
      LocalDateTime from, @Nullable ZoneOffsetTransition ends) {
    var whole = from.truncatedTo(ChronoUnit.MINUTES);
    var time = whole.isBefore(from) ? whole.plusMinutes(1) : whole;
    // Beyond the gap another offset rules, so the search need not go on there.
    var limit = ends == null ? null : later(ends.getDateTimeBefore(), ends.getDateTimeAfter());
    var date = time.toLocalDate();
    var earliest = (time.getHour() * 60) + time.getMinute();
    while (date.getYear() <= LAST_YEAR) {
      if (limit != null && date.isAfter(limit.toLocalDate())) {
        return limit;
      }
      if (!months.has(date.getMonthValue())) {
        date = date.withDayOfMonth(1).plusMonths(1);
        earliest = 0;
        continue;
      }
      if (isDay(date)) {
        var minute = firstOfDay(earliest);
        if (minute >= 0) {
          return date.atTime(minute / 60, minute % 60);
        }
      }
      date = date.plusDays(1);
      earliest = 0;
    }
    return null;
  }

  private boolean isDay(LocalDate date) {
    var ofMonth = daysOfMonth.has(date.getDayOfMonth());
    var ofWeek = daysOfWeek.has(date.getDayOfWeek().getValue() % 7);
    var isEither = !daysOfMonth.isStar() && !daysOfWeek.isStar();
    return isEither ? ofMonth || ofWeek : ofMonth && ofWeek;
  }

  /// The first matching minute of a day from minute `earliest` of it on, -1 for none.
  private int firstOfDay(int earliest) {
    var hour = hours.from(earliest / 60);
    if (hour < 0) {
      return -1;
    }
    var minute = minutes.from(hour == earliest / 60 ? earliest % 60 : 0);
    if (minute < 0) {
      hour = hours.from(hour + 1);
      minute = minutes.from(0);
    }
    return hour < 0 ? -1 : (hour * 60) + minute;
  }

  /// The expression as it was written.
  @Override
  public String toString() {
    return expression;
  }
}
