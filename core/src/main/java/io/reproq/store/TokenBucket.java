package io.reproq.store;

import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/// A bucket that tokens drip into, up to its burst. All numbers are whole: millionths of tokens,
/// and microseconds. Immutable.
///
/// @param microRate millionths of a token that drip in during a second; 0 for a bucket that limits
///   nothing
/// @param burst tokens that it holds at most
/// @param microTokens what it held at `refilledAt`, in millionths of a token
public record TokenBucket(long microRate, int burst, long microTokens, Instant refilledAt) {
  /// Millionths of a token in a token.
  public static final long TOKEN = 1_000_000;

  private static final BigInteger MICROS = BigInteger.valueOf(TOKEN);

  /// A bucket as `limit` has it, full.
  public static TokenBucket full(RateLimit limit, Instant now) {
    return of(limit.tokensPerSecond(), limit.burst(), limit.burst() * TOKEN, now);
  }

  /// A bucket that holds so much.
  public static TokenBucket of(double tokensPerSecond, int burst, long microTokens, Instant at) {
    var microRate = tokensPerSecond > 0 ? Math.max(1, Math.round(tokensPerSecond * TOKEN)) : 0;
    return new TokenBucket(microRate, burst, Math.clamp(microTokens, 0, burst * TOKEN), at);
  }

  /// Whether it limits anything.
  public boolean isEffective() {
    return microRate > 0 && burst > 0;
  }

  /// How many tokens can be taken.
  public int available(Instant now) {
    return (int) (level(now) / TOKEN);
  }

  /// The bucket without `tokens` of those that are available. A clock that was set back starts anew
  /// with what there is: nothing drips in twice, and nobody waits for the old time to come again.
  public TokenBucket take(int tokens, Instant now) {
    return tokens == 0 && !now.isBefore(refilledAt)
        ? this
        : new TokenBucket(microRate, burst, level(now) - tokens * TOKEN, now);
  }

  /// Whether the clock was set back behind the last refill.
  public boolean isAhead(Instant now) {
    return now.isBefore(refilledAt);
  }

  /// How long it takes until there is a whole token, null when that never comes.
  public @Nullable Duration untilNext(Instant now) {
    var missing = TOKEN - level(now);
    if (missing <= 0) {
      return Duration.ZERO;
    }
    return isEffective()
        ? Duration.of(Math.ceilDiv(missing * TOKEN, microRate), ChronoUnit.MICROS)
        : null;
  }

  /// What it holds now, in millionths of a token.
  public long level(Instant now) {
    var most = burst * TOKEN;
    var micros = Math.max(0, ChronoUnit.MICROS.between(refilledAt, now));
    var dripped = BigInteger.valueOf(micros).multiply(BigInteger.valueOf(microRate)).divide(MICROS);
    return dripped.compareTo(BigInteger.valueOf(most - microTokens)) >= 0
        ? most
        : microTokens + dripped.longValue();
  }
}
