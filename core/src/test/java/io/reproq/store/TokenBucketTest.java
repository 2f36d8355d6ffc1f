package io.reproq.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class TokenBucketTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  @Test
  void never_gives_more_than_its_burst_and_its_rate_however_often_it_is_asked() {
    var random = new Random(3);
    var bucket = TokenBucket.full(new RateLimit("global", 3.7, 4), START);
    var now = START;
    var taken = 0L;
    for (var i = 0; i < 20_000; i++) {
      now = now.plusNanos(random.nextInt(40_000_000));
      var count = Math.min(bucket.available(now), random.nextInt(3));
      bucket = bucket.take(count, now);
      taken += count;
      var micros = Duration.between(START, now).toNanos() / 1000;
      assertThat(taken * 1e6).isLessThanOrEqualTo(4e6 + 3.7 * micros);
    }
    // Somebody who takes all he can loses no token to rounding.
    var seconds = Duration.between(START, now).toSeconds();
    assertThat(taken).isGreaterThanOrEqualTo((long) (0.95 * 3.7 * seconds));
  }

  @Test
  void holds_the_largest_numbers_for_the_longest_time() {
    var bucket = TokenBucket.full(new RateLimit("global", 1_000_000, Integer.MAX_VALUE), START);

    bucket = bucket.take(Integer.MAX_VALUE, START);

    assertThat(bucket.available(START)).isZero();
    assertThat(bucket.available(START.plus(Duration.ofMillis(5)))).isEqualTo(5000);
    assertThat(bucket.available(START.plus(Duration.ofDays(300_000)))).isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void tells_the_moment_of_the_next_token() {
    var bucket = TokenBucket.full(new RateLimit("global", 3, 1), START).take(1, START);
    var wait = bucket.untilNext(START);

    assertThat(wait).isEqualTo(Duration.ofNanos(333_334_000));
    assertThat(bucket.available(START.plus(wait))).isEqualTo(1);
    assertThat(bucket.available(START.plus(wait).minusNanos(1000))).isZero();
    assertThat(bucket.untilNext(START.plusSeconds(1))).isEqualTo(Duration.ZERO);
  }

  @Test
  void a_bucket_that_limits_nothing_never_has_a_next_token() {
    var bucket = TokenBucket.of(0, 1, 0, START);

    assertThat(bucket.isEffective()).isFalse();
    assertThat(bucket.untilNext(START)).isNull();
  }
}
