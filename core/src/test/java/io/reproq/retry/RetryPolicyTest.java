package io.reproq.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
final class RetryPolicyTest {
  private static final double NO_JITTER = 0.5;
  private static final double ALMOST_ONE = Math.nextDown(1.0);

  @Test
  void the_default_doubles_from_30_seconds_up_to_an_hour() {
    var delays =
        IntStream.rangeClosed(1, 10)
            .mapToObj(attempt -> RetryPolicy.DEFAULT.delayAfter(attempt, NO_JITTER).toSeconds());

    assertThat(delays)
        .containsExactly(30L, 60L, 120L, 240L, 480L, 960L, 1920L, 3600L, 3600L, 3600L);
  }

  @Test
  void the_default_does_not_depend_on_the_draw() {
    assertThat(RetryPolicy.DEFAULT.delayAfter(2, 0)).isEqualTo(Duration.ofMinutes(1));
    assertThat(RetryPolicy.DEFAULT.delayAfter(2, ALMOST_ONE)).isEqualTo(Duration.ofMinutes(1));
  }

  @Test
  void a_hundred_milliseconds_double_exactly() {
    var policy = RetryPolicy.DEFAULT.withBase(Duration.ofMillis(100));

    assertThat(policy.delayAfter(1, NO_JITTER)).isEqualTo(Duration.ofMillis(100));
    assertThat(policy.delayAfter(2, NO_JITTER)).isEqualTo(Duration.ofMillis(200));
  }

  @Test
  void jitter_takes_away_or_adds_up_to_its_share() {
    var policy = RetryPolicy.DEFAULT.withBase(Duration.ofSeconds(100)).withJitter(0.2);

    assertThat(policy.delayAfter(1, 0)).isEqualTo(Duration.ofSeconds(80));
    assertThat(policy.delayAfter(1, NO_JITTER)).isEqualTo(Duration.ofSeconds(100));
    assertThat(policy.delayAfter(1, ALMOST_ONE))
        .isBetween(Duration.ofMillis(119_999), Duration.ofMinutes(2));
  }

  @Test
  void jitter_never_leads_beyond_the_cap_nor_below_zero() {
    var policy = RetryPolicy.DEFAULT.withJitter(1);

    assertThat(policy.delayAfter(20, ALMOST_ONE)).isEqualTo(Duration.ofHours(1));
    assertThat(policy.delayAfter(1, 0)).isZero();
  }

  @Test
  void the_ten_thousandth_attempt_does_not_overflow() {
    assertThat(RetryPolicy.DEFAULT.delayAfter(10_000, NO_JITTER)).isEqualTo(Duration.ofHours(1));
    assertThat(RetryPolicy.DEFAULT.delayAfter(Integer.MAX_VALUE, ALMOST_ONE))
        .isEqualTo(Duration.ofHours(1));
    assertThat(RetryPolicy.DEFAULT.withFactor(1).delayAfter(10_000, NO_JITTER))
        .isEqualTo(Duration.ofSeconds(30));
  }

  @Test
  void no_base_means_no_delay_however_often() {
    var policy = RetryPolicy.DEFAULT.withBase(Duration.ZERO);

    assertThat(policy.delayAfter(1, NO_JITTER)).isZero();
    assertThat(policy.delayAfter(10_000, ALMOST_ONE)).isZero();
  }

  @Test
  void a_cap_below_the_base_counts() {
    assertThat(RetryPolicy.DEFAULT.withCap(Duration.ofSeconds(5)).delayAfter(1, NO_JITTER))
        .isEqualTo(Duration.ofSeconds(5));
    assertThat(RetryPolicy.DEFAULT.withCap(Duration.ZERO).delayAfter(9, NO_JITTER)).isZero();
  }

  @Test
  void the_longest_cap_gives_a_long_delay_and_no_overflow() {
    var forever = RetryPolicy.DEFAULT.withCap(Duration.ofSeconds(Long.MAX_VALUE));

    assertThat(forever.delayAfter(10_000, NO_JITTER)).isGreaterThan(Duration.ofDays(365 * 290));
  }

  @Test
  void attempts_are_counted_with_the_first() {
    assertThat(RetryPolicy.DEFAULT.allows(2)).isTrue();
    assertThat(RetryPolicy.DEFAULT.allows(3)).isFalse();
    assertThat(RetryPolicy.never().allows(1)).isFalse();
    assertThat(RetryPolicy.DEFAULT.withMaxAttempts(Integer.MAX_VALUE).allows(10_000)).isTrue();
  }

  @Test
  void a_value_out_of_range_is_refused_by_name_and_value() {
    var policy = RetryPolicy.DEFAULT;

    assertRefused(() -> policy.withMaxAttempts(0), "max_attempts must be at least 1, was 0");
    assertRefused(
        () -> policy.withBase(Duration.ofSeconds(-1)), "base must not be negative, was PT-1S");
    assertRefused(
        () -> policy.withCap(Duration.ofSeconds(-1)), "cap must not be negative, was PT-1S");
    assertRefused(() -> policy.withFactor(0.9), "factor must be at least 1, was 0.9");
    assertRefused(() -> policy.withFactor(Double.NaN), "factor must be at least 1, was NaN");
    assertRefused(
        () -> policy.withFactor(Double.POSITIVE_INFINITY),
        "factor must be at least 1, was Infinity");
    assertRefused(() -> policy.withJitter(1.1), "jitter must lie between 0 and 1, was 1.1");
    assertRefused(() -> policy.withJitter(-0.1), "jitter must lie between 0 and 1, was -0.1");
    assertRefused(() -> policy.withJitter(Double.NaN), "jitter must lie between 0 and 1, was NaN");
  }

  private static void assertRefused(ThrowingCallable call, String message) {
    assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
  }

  @Test
  void exceptions_that_it_names_are_final_whatever_package_they_are_in() {
    var policy = RetryPolicy.DEFAULT.withNonRetryable("java.io.IOException", "Outer$Inner");

    assertThat(policy.isRetryable("IOException")).isFalse();
    assertThat(policy.isRetryable("Inner")).isFalse();
    assertThat(policy.isRetryable("FileNotFoundException")).isTrue();
    assertThat(policy.isRetryable(null)).isTrue();
    assertThat(policy.nonRetryable()).containsExactlyInAnyOrder("IOException", "Inner");
    assertThat(RetryPolicy.DEFAULT.isRetryable("IOException")).isTrue();
    assertRefused(
        () -> RetryPolicy.DEFAULT.withNonRetryable(" "),
        "non_retryable must name exception classes, was ' '");
  }
}
