package io.reproq.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class CronTest {
  private static final String NEW_YEAR = "2026-01-01T00:00:00Z";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          * * * * *            | 2026-01-01T00:00:00Z | 2026-01-01T00:01:00Z
          * * * * *            | 2026-01-01T00:00:59Z | 2026-01-01T00:01:00Z
          ? ? ? ? ?            | 2026-01-01T00:00:00Z | 2026-01-01T00:01:00Z
          0 3 * * *            | 2026-01-01T03:00:00Z | 2026-01-02T03:00:00Z
          0 3 * * *            | 2026-01-01T02:59:59.999999999Z | 2026-01-01T03:00:00Z
          */15 * * * *         | 2026-01-01T00:00:00Z | 2026-01-01T00:15:00Z
          10/20 * * * *        | 2026-01-01T00:10:00Z | 2026-01-01T00:30:00Z
          10/20 * * * *        | 2026-01-01T00:50:00Z | 2026-01-01T01:10:00Z
          5,1-3,40-50/5 * * * *| 2026-01-01T00:03:00Z | 2026-01-01T00:05:00Z
          5,1-3,40-50/5 * * * *| 2026-01-01T00:05:00Z | 2026-01-01T00:40:00Z
          59 23 31 12 *        | 2026-01-01T00:00:00Z | 2026-12-31T23:59:00Z
          0 0 29 2 *           | 2026-01-01T00:00:00Z | 2028-02-29T00:00:00Z
          0 0 29 2 *           | 2096-03-01T00:00:00Z | 2104-02-29T00:00:00Z
          0 0 31 * *           | 2026-01-31T00:00:00Z | 2026-03-31T00:00:00Z
          0 0 * jan-MAR Mon    | 2026-01-01T00:00:00Z | 2026-01-05T00:00:00Z
          0 0 * * 7            | 2026-01-01T00:00:00Z | 2026-01-04T00:00:00Z
          0 0 * * 0            | 2026-01-01T00:00:00Z | 2026-01-04T00:00:00Z
          0 0 * * 5-7          | 2026-01-02T00:00:00Z | 2026-01-03T00:00:00Z
          0 0 * * 5-7          | 2026-01-03T00:00:00Z | 2026-01-04T00:00:00Z
          0 0 * * 1/2          | 2026-01-02T00:00:00Z | 2026-01-05T00:00:00Z
          0 0 * * sat,sun      | 2026-01-01T00:00:00Z | 2026-01-03T00:00:00Z
          0 0 13 * fri         | 2026-01-01T00:00:00Z | 2026-01-02T00:00:00Z
          0 0 13 * fri         | 2026-01-09T00:00:00Z | 2026-01-13T00:00:00Z
          0 0 13 * ?           | 2026-01-01T00:00:00Z | 2026-01-13T00:00:00Z
          0 0 */1 * fri        | 2026-01-02T00:00:00Z | 2026-01-09T00:00:00Z
          0 0 */2 * fri        | 2026-01-02T00:00:00Z | 2026-01-03T00:00:00Z
          0 0 30 2 mon         | 2026-01-01T00:00:00Z | 2026-02-02T00:00:00Z
          @hourly              | 2026-01-01T00:00:00Z | 2026-01-01T01:00:00Z
          @daily               | 2026-01-01T00:00:00Z | 2026-01-02T00:00:00Z
          @MIDNIGHT            | 2026-01-01T00:00:00Z | 2026-01-02T00:00:00Z
          @weekly              | 2026-01-01T00:00:00Z | 2026-01-04T00:00:00Z
          @monthly             | 2026-01-01T00:00:00Z | 2026-02-01T00:00:00Z
          @yearly              | 2026-01-01T00:00:00Z | 2027-01-01T00:00:00Z
          @annually            | 2026-01-01T00:00:00Z | 2027-01-01T00:00:00Z
          TZ=Europe/Berlin 0 3 * * *             | 2026-01-01T00:00:00Z | 2026-01-01T02:00:00Z
          CRON_TZ=Asia/Kathmandu  @daily         | 2026-01-01T00:00:00Z | 2026-01-01T18:15:00Z
          """)
  void is_due_next(String expression, Instant after, Instant next) {
    assertThat(Cron.parse(expression).next(after)).contains(next);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          60 * * * *       | minute '60': 60 is out of range (allowed: 0 to 59)
          * 24 * * *       | hour '24': 24 is out of range (allowed: 0 to 23)
          * * 0 * *        | day of month '0': 0 is out of range (allowed: 1 to 31)
          * * * 13 *       | month '13': 13 is out of range (allowed: 1 to 12, or jan to dec)
          * * * * 8        | day of week '8': 8 is out of range (allowed: 0 to 7, or sun to sat)
          * * * * mo       | day of week 'mo': wanted a number or a name
          x * * * *        | minute 'x': wanted a number
          -1 * * * *       | minute '-1': wanted a number
          5- * * * *       | minute '5-': wanted a number
          1,,2 * * * *     | minute '': wanted a number
          99999999999 * * * * | minute '99999999999': wanted a number
          30-10 * * * *    | minute '30-10': a range must ascend
          * * * * fri-mon  | day of week 'fri-mon': a range must ascend
          */0 * * * *      | minute '*/0': a step must be a number above 0
          */x * * * *      | minute '*/x': a step must be a number above 0
          1/2/3 * * * *    | minute '1/2/3': a step must be a number above 0
          0 0 L * *        | day of month 'L': wanted a number
          * * * *          | wanted five fields (minute, hour, day of month, month, day of week), found 4
          0 * * * * *      | found 6
          @every 5m        | of the aliases there are @annually, @daily,
          @reboot          | of the aliases there are
          TZ=UTC           | after the time zone there must be five fields, or an alias
          CRON_TZ=         | after the time zone there must be five fields, or an alias
          TZ=Mars/Base * * * * * | there is no time zone 'Mars/Base'
          TZ= * * * * *    | there is no time zone ''
          0 0 30 2 *       | it never comes: none of the months '2' has a day '30'
          0 0 31 4,jun,9-9 * | it never comes
          0 0 30-31 feb ?  | it never comes
          """)
  void is_refused_with_a_reason(String expression, String reason) {
    assertThatThrownBy(() -> Cron.parse(expression))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("cron '" + expression + "': ")
        .hasMessageContaining(reason);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\u0000", "* * * * *\n* * * * *"})
  void is_refused_without_five_fields(String expression) {
    assertThatThrownBy(() -> Cron.parse(expression)).hasMessageContaining("wanted five fields");
  }

  @Test
  void a_fixed_time_in_the_gap_runs_at_its_end() {
    assertThat(from("30 2 * * *", "Europe/Berlin", "2026-03-27T12:00:00Z", 4))
        .containsExactly(
            "2026-03-28T01:30:00Z",
            "2026-03-29T01:00:00Z",
            "2026-03-30T00:30:00Z",
            "2026-03-31T00:30:00Z");
  }

  @Test
  void all_fixed_times_in_the_gap_run_once_together() {
    assertThat(from("*/10 2,3 * * *", "Europe/Berlin", "2026-03-29T00:59:00Z", 3))
        .containsExactly("2026-03-29T01:00:00Z", "2026-03-29T01:10:00Z", "2026-03-29T01:20:00Z");
    assertThat(from("30 2 * * sun", "Europe/Berlin", "2026-03-29T01:00:00Z", 1))
        .containsExactly("2026-04-05T00:30:00Z");
  }

  @Test
  void a_fixed_time_that_comes_twice_runs_at_the_first() {
    assertThat(from("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", 2))
        .containsExactly("2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z");
    assertThat(from("30 2 * * *", "Europe/Berlin", "2026-10-25T01:10:00Z", 1))
        .containsExactly("2026-10-26T01:30:00Z");
    assertThat(from("0 3 * * *", "Europe/Berlin", "2026-10-25T01:10:00Z", 1))
        .containsExactly("2026-10-25T02:00:00Z");
  }

  @ParameterizedTest
  @ValueSource(strings = {"30 * * * *", "30 ? * * *", "30 */1 * * *", "30 0-23 * * *"})
  void every_hour_means_elapsed_hours(String expression) {
    assertThat(from(expression, "Europe/Berlin", "2026-03-29T00:00:00Z", 3))
        .containsExactly("2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z", "2026-03-29T02:30:00Z");
    assertThat(from(expression, "Europe/Berlin", "2026-10-24T23:45:00Z", 3))
        .containsExactly("2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-25T02:30:00Z");
  }

  @Test
  void a_gap_of_half_an_hour_is_one_too() {
    assertThat(from("15 2 * * *", "Australia/Lord_Howe", "2026-10-03T10:00:00Z", 2))
        .containsExactly("2026-10-03T15:30:00Z", "2026-10-04T15:15:00Z");
    assertThat(from("15 * * * *", "Australia/Lord_Howe", "2026-10-03T14:00:00Z", 3))
        .containsExactly("2026-10-03T14:45:00Z", "2026-10-03T16:15:00Z", "2026-10-03T17:15:00Z");
  }

  @Test
  void a_gap_at_midnight_belongs_to_its_day() {
    assertThat(from("0 0 * * *", "America/Sao_Paulo", "2018-11-03T12:00:00Z", 2))
        .containsExactly("2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z");
  }

  @Test
  void a_day_that_was_left_out_runs_at_the_next_ones_begin() {
    assertThat(from("0 5 * * *", "Pacific/Apia", "2011-12-29T16:00:00Z", 2))
        .containsExactly("2011-12-30T10:00:00Z", "2011-12-30T15:00:00Z");
  }

  @Test
  void the_zone_of_the_expression_goes_before_any_other() {
    assertThat(Cron.parse("TZ=Asia/Kathmandu @daily", "Europe/Berlin").zone().getId())
        .isEqualTo("Asia/Kathmandu");
    assertThat(Cron.parse("@daily", "Europe/Berlin").zone().getId()).isEqualTo("Europe/Berlin");
    assertThat(Cron.parse("@daily").zone().getId()).isEqualTo("UTC");
  }

  @Test
  void nothing_is_due_after_the_last_year() {
    assertThat(Cron.parse("@yearly").next(Instant.parse("9999-06-01T00:00:00Z"))).isEmpty();
    assertThat(Cron.parse("@yearly", "Europe/Berlin").next(Instant.parse("9999-06-01T00:00:00Z")))
        .isEmpty();
  }

  @Test
  void it_reads_as_it_was_written() {
    assertThat(Cron.parse(" TZ=UTC 0 0 * * * ")).hasToString("TZ=UTC 0 0 * * *");
    assertThat(from("@daily", "UTC", NEW_YEAR, 1)).containsExactly("2026-01-02T00:00:00Z");
  }

  private static List<String> from(String expression, String zone, String after, int count) {
    var cron = Cron.parse(expression, zone);
    var times = new ArrayList<String>();
    var time = Instant.parse(after);
    while (times.size() < count) {
      time = cron.next(time).orElseThrow();
      times.add(time.toString());
    }
    return times;
  }
}
