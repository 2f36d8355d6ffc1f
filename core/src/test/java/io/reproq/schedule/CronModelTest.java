package io.reproq.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.BitSet;
import java.util.NavigableSet;
import java.util.Random;
import java.util.StringJoiner;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Compares with what a look at every single minute on the wall finds.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class CronModelTest {
  private static final int EXPRESSIONS = 24;

  @ParameterizedTest
  @CsvSource({
    "Europe/Berlin, 2026",
    "Europe/Berlin, 1996",
    "America/New_York, 2026",
    "Australia/Lord_Howe, 2026",
    "Asia/Kathmandu, 2026",
    "Asia/Kathmandu, 1986",
    "America/Sao_Paulo, 2018",
    "America/Sao_Paulo, 2026",
    "Pacific/Apia, 2011",
    "Africa/Casablanca, 2026",
    "UTC, 2028"
  })
  void every_minute_of_the_year_agrees(String zone, int year) {
    for (var seed = 0; seed < EXPRESSIONS; seed++) {
      var model = Model.drawn(new Random(year * 1000L + seed));
      var cron = Cron.parse(model.text(), zone);
      var wanted = model.times(ZoneId.of(zone), year);
      var time = Instant.parse(year + "-01-03T00:00:00Z");
      var last = Instant.parse(year + "-12-28T00:00:00Z");
      var found = new TreeSet<Instant>();
      while (time.isBefore(last)) {
        time = cron.next(time).orElseThrow();
        found.add(time);
      }
      found.removeIf(tick -> !tick.isBefore(last));

      assertThat(found)
          .describedAs("seed %d: %s in %s", seed, cron, zone)
          .isEqualTo(wanted.subSet(Instant.parse(year + "-01-03T00:00:00Z"), false, last, false));
    }
  }

  /// An expression as sets of values. A set that is null is a star.
  private record Model(
      BitSet minutes, BitSet hours, BitSet daysOfMonth, BitSet months, BitSet daysOfWeek) {
    private static final BitSet STAR = new BitSet();

    static Model drawn(Random random) {
      return new Model(
          some(random, 0, 59, 4),
          random.nextInt(3) == 0 ? STAR : some(random, 0, 4, 3),
          random.nextBoolean() ? STAR : some(random, 1, 31, 10),
          random.nextInt(3) > 0 ? STAR : some(random, 1, 12, 9),
          random.nextBoolean() ? STAR : some(random, 0, 6, 3));
    }

    private static BitSet some(Random random, int low, int high, int count) {
      var values = new BitSet();
      for (var i = 0; i < count; i++) {
        values.set(low + random.nextInt(high - low + 1));
      }
      return values;
    }

    String text() {
      return "%s %s %s %s %s"
          .formatted(text(minutes), text(hours), text(daysOfMonth), text(months), text(daysOfWeek));
    }

    private static String text(BitSet values) {
      if (values.isEmpty()) {
        return "*";
      }
      var list = new StringJoiner(",");
      values.stream().forEach(value -> list.add(Integer.toString(value)));
      return list.toString();
    }

    NavigableSet<Instant> times(ZoneId zone, int year) {
      var rules = zone.getRules();
      var times = new TreeSet<Instant>();
      var end = LocalDateTime.of(year, 12, 31, 0, 0);
      for (var time = LocalDateTime.of(year, 1, 1, 0, 0);
          time.isBefore(end);
          time = time.plusMinutes(1)) {
        if (!matches(time)) {
          continue;
        }
        var offsets = rules.getValidOffsets(time);
        if (hours.isEmpty()) {
          for (var offset : offsets) {
            times.add(time.toInstant(offset));
          }
        } else if (offsets.isEmpty()) {
          times.add(rules.getTransition(time).getInstant());
        } else {
          times.add(time.toInstant(offsets.getFirst()));
        }
      }
      assertThat(times).allMatch(tick -> tick.equals(tick.truncatedTo(ChronoUnit.MINUTES)));
      return times;
    }

    private boolean matches(LocalDateTime time) {
      if (!has(minutes, time.getMinute())
          || !has(hours, time.getHour())
          || !has(months, time.getMonthValue())) {
        return false;
      }
      var ofMonth = has(daysOfMonth, time.getDayOfMonth());
      var ofWeek = has(daysOfWeek, time.getDayOfWeek().getValue() % 7);
      var isEither = !daysOfMonth.isEmpty() && !daysOfWeek.isEmpty();
      return isEither ? ofMonth || ofWeek : ofMonth && ofWeek;
    }

    private static boolean has(BitSet values, int value) {
      return values.isEmpty() || values.get(value);
    }
  }
}
