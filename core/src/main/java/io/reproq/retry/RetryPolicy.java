package io.reproq.retry;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// How often and how late a failed attempt is tried again. Immutable.
///
/// @param maxAttempts attempts in all, the first included; at least 1
/// @param base delay after the first failure; not negative
/// @param factor each further delay is this many times the one before; at least 1
/// @param cap no delay is longer than this
/// @param jitter up to this share of the delay is added or taken away at random; from 0 to 1
/// @param nonRetryable names of exception classes, without their packages, after which no attempt
///   follows: another one would fail alike
public record RetryPolicy(
    int maxAttempts,
    Duration base,
    double factor,
    Duration cap,
    double jitter,
    Set<String> nonRetryable) {

  /// Three attempts, after 30 s and 60 s: doubling from 30 s, capped at one hour, without jitter.
  public static final RetryPolicy DEFAULT =
      new RetryPolicy(3, Duration.ofSeconds(30), 2, Duration.ofHours(1), 0, Set.of());

  public RetryPolicy {
    check(maxAttempts >= 1, "max_attempts must be at least 1", maxAttempts);
    check(!base.isNegative(), "base must not be negative", base);
    check(factor >= 1 && Double.isFinite(factor), "factor must be at least 1", factor);
    check(!cap.isNegative(), "cap must not be negative", cap);
    check(jitter >= 0 && jitter <= 1, "jitter must lie between 0 and 1", jitter);
    for (var name : nonRetryable) {
      check(!name.isBlank(), "non_retryable must name exception classes", "'" + name + "'");
    }
    nonRetryable =
        nonRetryable.stream().map(RetryPolicy::simple).collect(Collectors.toUnmodifiableSet());
  }

  /// One attempt and no more.
  public static RetryPolicy never() {
    return DEFAULT.withMaxAttempts(1);
  }

  /// The same policy with `attempts` attempts in all.
  public RetryPolicy withMaxAttempts(int attempts) {
    return new RetryPolicy(attempts, base, factor, cap, jitter, nonRetryable);
  }

  /// The same policy with `delay` after the first failure.
  public RetryPolicy withBase(Duration delay) {
    return new RetryPolicy(maxAttempts, delay, factor, cap, jitter, nonRetryable);
  }

  /// The same policy with delays that grow by `growth` each time.
  public RetryPolicy withFactor(double growth) {
    return new RetryPolicy(maxAttempts, base, growth, cap, jitter, nonRetryable);
  }

  /// The same policy with no delay longer than `longest`.
  public RetryPolicy withCap(Duration longest) {
    return new RetryPolicy(maxAttempts, base, factor, longest, jitter, nonRetryable);
  }

  /// The same policy with delays that vary by up to `share` (0 to 1) either way.
  public RetryPolicy withJitter(double share) {
    return new RetryPolicy(maxAttempts, base, factor, cap, share, nonRetryable);
  }

  /// The same policy with no attempt after an exception of these classes.
  ///
  /// @param classNames names as they stand among a task's errors; what stands before the last dot
  ///   or dollar sign does not matter. A class does not stand for those derived from it.
  public RetryPolicy withNonRetryable(String... classNames) {
    return new RetryPolicy(maxAttempts, base, factor, cap, jitter, Set.copyOf(List.of(classNames)));
  }

  private static String simple(String className) {
    return className.substring(
        Math.max(className.lastIndexOf('.'), className.lastIndexOf('$')) + 1);
  }

  /// Whether an attempt may follow one that an exception of `className` ended; null for none.
  public boolean isRetryable(@Nullable String className) {
    return className == null || !nonRetryable.contains(simple(className));
  }

  /// Whether an attempt may follow attempt number `attempt` (from 1).
  public boolean allows(int attempt) {
    return attempt < maxAttempts;
  }

  /// Delay before the attempt that follows attempt number `attempt` (from 1).
  ///
  /// @param draw a random number from 0 (inclusive) to 1; 0.5 means no jitter
  public Duration delayAfter(int attempt, double draw) {
    var longest = seconds(cap);
    var grown = Math.min(longest, seconds(base) * Math.pow(factor, Math.max(0, attempt - 1)));
    var varied = Math.min(longest, grown * (1 + jitter * (2 * draw - 1)));
    return Duration.ofNanos(Math.round(varied * 1e9));
  }

  private static double seconds(Duration duration) {
    return duration.getSeconds() + duration.getNano() / 1e9;
  }

  private static void check(boolean holds, String rule, Object found) {
    if (!holds) {
      throw new IllegalArgumentException(rule + ", was " + found);
    }
  }
}
