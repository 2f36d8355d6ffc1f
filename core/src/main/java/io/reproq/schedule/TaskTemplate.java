package io.reproq.schedule;

import io.reproq.json.Json;
import io.reproq.task.Limits;
import io.reproq.task.Spec;
import java.time.Duration;

/// What a schedule enqueues, each time anew.
///
/// @param path which code runs
/// @param payload an object with `args` or `kwargs`, or the named arguments themselves, or an array
///   of positional ones
/// @param queue empty means the default queue
/// @param priority higher runs first
/// @param maxAttempts below 1 means the default of 3
/// @param timeout how long one attempt may take
/// @param limits what keeps it from running beside others
public record TaskTemplate(
    String path,
    Json payload,
    String queue,
    int priority,
    int maxAttempts,
    Duration timeout,
    Limits limits) {

  /// A task without arguments, with the defaults of [Spec].
  public static TaskTemplate of(String path) {
    return new TaskTemplate(
        path, Json.EMPTY_OBJECT, Spec.DEFAULT_QUEUE, 0, 3, Spec.DEFAULT_TIMEOUT, Limits.NONE);
  }

  public TaskTemplate withPayload(Json value) {
    return new TaskTemplate(path, value, queue, priority, maxAttempts, timeout, limits);
  }

  public TaskTemplate withQueue(String value) {
    return new TaskTemplate(path, payload, value, priority, maxAttempts, timeout, limits);
  }

  public TaskTemplate withPriority(int value) {
    return new TaskTemplate(path, payload, queue, value, maxAttempts, timeout, limits);
  }

  public TaskTemplate withMaxAttempts(int value) {
    return new TaskTemplate(path, payload, queue, priority, value, timeout, limits);
  }

  public TaskTemplate withTimeout(Duration value) {
    return new TaskTemplate(path, payload, queue, priority, maxAttempts, value, limits);
  }

  public TaskTemplate withLimits(Limits value) {
    return new TaskTemplate(path, payload, queue, priority, maxAttempts, timeout, value);
  }
}
