package io.reproq.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
final class RankTest {
  private static final long NOW = Instant.parse("2026-11-22T00:00:00Z").toEpochMilli();
  private static final long FAR = Instant.parse("2527-01-01T00:00:00Z").toEpochMilli();
  private static final List<Integer> RISING =
      List.of(Integer.MIN_VALUE, -1_000_000, -1, 0, 1, 2, 1_000_000, Integer.MAX_VALUE);

  @Nested
  final class With_aging {
    @Test
    void a_minute_of_waiting_is_worth_one_step() {
      assertThat(Rank.DEFAULT.of(0, NOW)).isEqualTo(NOW);
      assertThat(Rank.DEFAULT.of(1, NOW + 60_000)).isEqualTo(Rank.DEFAULT.of(0, NOW));
      assertThat(Rank.DEFAULT.of(1, NOW + 59_999)).isLessThan(Rank.DEFAULT.of(0, NOW));
      assertThat(Rank.DEFAULT.of(-1, NOW - 60_001)).isLessThan(Rank.DEFAULT.of(0, NOW));
    }

    @Test
    void of_one_time_the_higher_priority_is_first_whatever_the_span() {
      for (var aging : List.of(Duration.ofMillis(1), Duration.ofMinutes(1), Duration.ofDays(30))) {
        for (var time : List.of(0L, NOW, FAR)) {
          assertThat(RISING.stream().map(priority -> -new Rank(aging).of(priority, time)))
              .isSorted()
              .doesNotHaveDuplicates();
        }
      }
    }

    @Test
    void the_older_of_one_priority_is_first() {
      for (var priority : RISING) {
        assertThat(new Rank(Duration.ofDays(30)).of(priority, NOW))
            .isLessThan(new Rank(Duration.ofDays(30)).of(priority, NOW + 1));
      }
    }
  }

  @Nested
  final class Under_strict_priority {
    private final Rank strict = new Rank(Duration.ZERO);

    @Test
    void no_age_outweighs_a_step() {
      for (var priority : List.of(-262_144, -262_143, -1, 0, 1, 262_143)) {
        assertThat(strict.of(priority + 1, FAR)).isLessThan(strict.of(priority, 0));
      }
    }

    @Test
    void the_older_of_one_priority_is_first() {
      for (var priority : RISING) {
        assertThat(strict.of(priority, NOW)).isLessThan(strict.of(priority, NOW + 1));
      }
    }

    @Test
    void the_extremes_are_first_and_last_and_share_a_level_with_the_limit() {
      assertThat(strict.of(Integer.MAX_VALUE, FAR)).isLessThan(strict.of(262_143, 0));
      assertThat(strict.of(Integer.MIN_VALUE, 0)).isGreaterThan(strict.of(-262_143, FAR));
      assertThat(strict.of(Integer.MAX_VALUE, NOW)).isEqualTo(strict.of(262_144, NOW));
      assertThat(strict.of(Integer.MIN_VALUE, NOW)).isEqualTo(strict.of(-262_144, NOW));
    }
  }

  @Test
  void a_span_that_would_lose_or_overflow_priorities_is_refused() {
    for (var aging :
        List.of(
            Duration.ofNanos(-1),
            Duration.ofNanos(1),
            Duration.ofNanos(999_999),
            Duration.ofDays(30).plusNanos(1),
            Duration.ofSeconds(Long.MAX_VALUE))) {
      assertThatThrownBy(() -> new Rank(aging))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("aging must be zero (strict priority) or from 1 ms to 30 days, was " + aging);
    }
  }
}
