package io.reproq;

import io.reproq.retry.RetryPolicy;
import io.reproq.task.Spec;
import java.time.Duration;

/// How a task is enqueued. Starts from [#DEFAULT] and is changed by methods that return a changed
/// copy.
///
/// @param queue where workers find it
/// @param priority higher runs first; one step is worth a minute of waiting
/// @param delay not started earlier than so long after it was enqueued
/// @param timeout how long one attempt may take
/// @param retry when a failed attempt is tried again
/// @param unique whether an unfinished task that is described alike stands in for a new one
public record EnqueueOptions(
    String queue,
    int priority,
    Duration delay,
    Duration timeout,
    RetryPolicy retry,
    boolean unique) {

  /// Queue `default`, priority 0, at once, 15 minutes, three attempts after 30 s and 60 s, not
  /// unique.
  public static final EnqueueOptions DEFAULT =
      new EnqueueOptions(
          Spec.DEFAULT_QUEUE, 0, Duration.ZERO, Spec.DEFAULT_TIMEOUT, RetryPolicy.DEFAULT, false);

  public EnqueueOptions {
    if (delay.isNegative()) {
      throw new IllegalArgumentException("delay must not be negative, was " + delay);
    }
  }

  public EnqueueOptions queue(String name) {
    return new EnqueueOptions(name, priority, delay, timeout, retry, unique);
  }

  public EnqueueOptions priority(int value) {
    return new EnqueueOptions(queue, value, delay, timeout, retry, unique);
  }

  public EnqueueOptions delay(Duration value) {
    return new EnqueueOptions(queue, priority, value, timeout, retry, unique);
  }

  public EnqueueOptions timeout(Duration value) {
    return new EnqueueOptions(queue, priority, delay, value, retry, unique);
  }

  public EnqueueOptions retry(RetryPolicy value) {
    return new EnqueueOptions(queue, priority, delay, timeout, value, unique);
  }

  /// Whether a twin that is not finished stands in for the new task.
  public EnqueueOptions unique(boolean wanted) {
    return new EnqueueOptions(queue, priority, delay, timeout, retry, wanted);
  }
}
