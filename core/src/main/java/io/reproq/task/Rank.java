package io.reproq.task;

import java.time.Duration;

/// The one number that orders a queue: the smaller runs first, equal ones by result_id.
///
/// With aging, every step of priority is worth a span of waiting. Ageing moves all tasks of a queue
/// by the same amount, so their order never changes and the rank can be stored and indexed. Without
/// aging (a span of zero) a higher priority always wins, and within one the older task.
///
/// @param aging what one step of priority is worth: from 1 ms to 30 days, of which whole
///   milliseconds count; zero means strict priority
public record Rank(Duration aging) {
  private static final Duration SHORTEST = Duration.ofMillis(1);

  /// 2^31 steps of priority of this length still fit into a rank.
  private static final Duration LONGEST = Duration.ofDays(30);

  /// One step of priority is worth a minute of waiting.
  public static final Rank DEFAULT = new Rank(Duration.ofMinutes(1));

  /// Under strict priority a rank is major * STRICT_STEP + milliseconds, which leaves room for
  /// priorities of 19 bits and times until the year 2527.
  private static final long STRICT_STEP = 1L << 44;

  private static final int STRICT_LIMIT = 1 << 18;

  public Rank {
    if (!aging.isZero() && (aging.compareTo(SHORTEST) < 0 || aging.compareTo(LONGEST) > 0)) {
      throw new IllegalArgumentException(
          "aging must be zero (strict priority) or from 1 ms to 30 days, was " + aging);
    }
  }

  /// The rank of a task of `priority` that was enqueued at `enqueuedAtMillis` (Unix time). Under
  /// strict priority, priorities beyond 2^18 either way are as good as 2^18.
  public long of(int priority, long enqueuedAtMillis) {
    if (aging.isZero()) {
      var bounded = Math.clamp(priority, -STRICT_LIMIT, STRICT_LIMIT);
      return -bounded * STRICT_STEP + enqueuedAtMillis;
    }
    return enqueuedAtMillis - priority * aging.toMillis();
  }
}
