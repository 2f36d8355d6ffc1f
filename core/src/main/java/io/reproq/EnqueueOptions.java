package io.reproq;

import io.reproq.retry.RetryPolicy;
import io.reproq.task.Limits;
import io.reproq.task.Spec;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// How a task is enqueued. Starts from [#DEFAULT] and is changed by methods that return a changed
/// copy.
///
/// @param queue where workers find it
/// @param priority higher runs first; one step is worth a minute of waiting
/// @param delay not started earlier than so long after it was enqueued
/// @param timeout how long one attempt may take
/// @param retry when a failed attempt is tried again
/// @param unique whether an unfinished task that is described alike stands in for a new one
/// @param limits what keeps it from running beside others
/// @param expiresIn never started so long after it was enqueued, or later: it ends CANCELLED then;
///   null for no such end
public record EnqueueOptions(
    String queue,
    int priority,
    Duration delay,
    Duration timeout,
    RetryPolicy retry,
    boolean unique,
    Limits limits,
    @Nullable Duration expiresIn) {

  /// Queue `default`, priority 0, at once, 15 minutes, three attempts after 30 s and 60 s, not
  /// unique, beside all others, without an end.
  public static final EnqueueOptions DEFAULT =
      new EnqueueOptions(
          Spec.DEFAULT_QUEUE,
          0,
          Duration.ZERO,
          Spec.DEFAULT_TIMEOUT,
          RetryPolicy.DEFAULT,
          false,
          Limits.NONE,
          null);

  public EnqueueOptions {
    if (delay.isNegative()) {
      throw new IllegalArgumentException("delay must not be negative, was " + delay);
    }
    if (expiresIn != null && !expiresIn.isPositive()) {
      throw new IllegalArgumentException("expiresIn must be positive, was " + expiresIn);
    }
  }

  public EnqueueOptions queue(String name) {
    return new EnqueueOptions(name, priority, delay, timeout, retry, unique, limits, expiresIn);
  }

  public EnqueueOptions priority(int value) {
    return new EnqueueOptions(queue, value, delay, timeout, retry, unique, limits, expiresIn);
  }

  public EnqueueOptions delay(Duration value) {
    return new EnqueueOptions(queue, priority, value, timeout, retry, unique, limits, expiresIn);
  }

  public EnqueueOptions timeout(Duration value) {
    return new EnqueueOptions(queue, priority, delay, value, retry, unique, limits, expiresIn);
  }

  public EnqueueOptions retry(RetryPolicy value) {
    return new EnqueueOptions(queue, priority, delay, timeout, value, unique, limits, expiresIn);
  }

  /// Whether a twin that is not finished stands in for the new task.
  public EnqueueOptions unique(boolean wanted) {
    return new EnqueueOptions(queue, priority, delay, timeout, retry, wanted, limits, expiresIn);
  }

  /// At most one task with that key runs at a time, on any number of workers.
  public EnqueueOptions lockKey(@Nullable String key) {
    return limits(new Limits(key, limits.concurrencyKey(), limits.concurrencyLimit()));
  }

  /// At most `limit` tasks with that key run at a time, on any number of workers.
  ///
  /// @throws IllegalArgumentException when `limit` is below 1, or `key` is empty
  public EnqueueOptions concurrency(String key, int limit) {
    if (key.isEmpty() || limit < 1) {
      throw new IllegalArgumentException(
          "concurrency needs a key and a limit of 1 or more, was '%s' and %d"
              .formatted(key, limit));
    }
    return limits(new Limits(limits.lockKey(), key, limit));
  }

  /// Never started so long after it was enqueued, or later.
  public EnqueueOptions expiresIn(@Nullable Duration value) {
    return new EnqueueOptions(queue, priority, delay, timeout, retry, unique, limits, value);
  }

  private EnqueueOptions limits(Limits value) {
    return new EnqueueOptions(queue, priority, delay, timeout, retry, unique, value, expiresIn);
  }
}
