package io.reproq.store;

import io.reproq.json.Json;
import io.reproq.task.InvalidSpecException;
import io.reproq.task.Spec;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;

/// A task to be enqueued.
///
/// @param start when it may start first
/// @param expiry when it may no longer start, null for never
/// @param unique whether an unfinished task with the same spec stands in for this one; only tasks
///   that were enqueued unique themselves do
/// @param headers JSON outside the spec and its hash (trace, actor, tags); null for none
public record NewTask(
    Spec spec, Moment start, @Nullable Moment expiry, boolean unique, @Nullable Json headers) {

  /// A task that starts when its spec says, beside any twin.
  ///
  /// @throws InvalidSpecException when the spec's `run_after` is no time with an offset
  public static NewTask of(Spec spec) {
    return new NewTask(spec, startOf(spec), null, false, null);
  }

  /// The same task, starting no earlier than `delay` after it is enqueued, by the store's clock.
  public NewTask after(Duration delay) {
    return new NewTask(spec, new Moment.After(delay), expiry, unique, headers);
  }

  /// The same task, never started at `end` or later; null for no such end.
  public NewTask expiring(@Nullable Moment end) {
    return new NewTask(spec, start, end, unique, headers);
  }

  /// The same task, `wanted` or not to be the only unfinished one of its spec.
  public NewTask unique(boolean wanted) {
    return new NewTask(spec, start, expiry, wanted, headers);
  }

  /// Whether something beside its rank decides when it starts: a key, or an end of its time to
  /// start.
  public boolean isTied() {
    return expiry != null || spec.limits().isEffective();
  }

  /// The same task with these headers.
  public NewTask withHeaders(@Nullable Json told) {
    return new NewTask(spec, start, expiry, unique, told);
  }

  /// The same description of what is run, with another spec.
  public NewTask withSpec(Spec other) {
    return new NewTask(other, start, expiry, unique, headers);
  }

  /// Whether it may not start at once when it is enqueued at `now`.
  public boolean isDelayed(Instant now) {
    return start.from(now).isPositive();
  }

  private static Moment startOf(Spec spec) {
    var runAfter = spec.runAfter();
    if (runAfter == null) {
      return new Moment.After(Duration.ZERO);
    }
    try {
      return new Moment.At(OffsetDateTime.parse(runAfter).toInstant());
    } catch (DateTimeParseException e) {
      throw new InvalidSpecException(
          "run_after must be an ISO-8601 time with an offset, was '" + runAfter + "'");
    }
  }

  /// A point in time that may depend on when the task is enqueued.
  public sealed interface Moment {
    /// At a point in time.
    record At(Instant time) implements Moment {}

    /// Some time after it was enqueued.
    record After(Duration delay) implements Moment {}

    /// How long that is from `now`, when the task is enqueued; zero or less means that it is over.
    default Duration from(Instant now) {
      return switch (this) {
        case At(var time) -> Duration.between(now, time);
        case After(var delay) -> delay;
      };
    }
  }
}
