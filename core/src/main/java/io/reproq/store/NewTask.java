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
/// @param unique whether an unfinished task with the same spec stands in for this one; only tasks
///   that were enqueued unique themselves do
/// @param headers JSON outside the spec and its hash (trace, actor, tags); null for none
public record NewTask(Spec spec, Start start, boolean unique, @Nullable Json headers) {

  /// A task that starts when its spec says, beside any twin.
  ///
  /// @throws InvalidSpecException when the spec's `run_after` is no time with an offset
  public static NewTask of(Spec spec) {
    return new NewTask(spec, startOf(spec), false, null);
  }

  /// The same task, starting no earlier than `delay` after it is enqueued, by the store's clock.
  public NewTask after(Duration delay) {
    return new NewTask(spec, new Start.After(delay), unique, headers);
  }

  /// The same task, `wanted` or not to be the only unfinished one of its spec.
  public NewTask unique(boolean wanted) {
    return new NewTask(spec, start, wanted, headers);
  }

  /// Whether it may not start at once when it is enqueued at `now`.
  public boolean isDelayed(Instant now) {
    return start.from(now).isPositive();
  }

  private static Start startOf(Spec spec) {
    var runAfter = spec.runAfter();
    if (runAfter == null) {
      return new Start.After(Duration.ZERO);
    }
    try {
      return new Start.At(OffsetDateTime.parse(runAfter).toInstant());
    } catch (DateTimeParseException e) {
      throw new InvalidSpecException(
          "run_after must be an ISO-8601 time with an offset, was '" + runAfter + "'");
    }
  }

  /// When a task may start first.
  public sealed interface Start {
    /// At a point in time.
    record At(Instant time) implements Start {}

    /// Some time after it was enqueued.
    record After(Duration delay) implements Start {}

    /// How long that is from `now` on; zero or less means that it may start at once.
    default Duration from(Instant now) {
      return switch (this) {
        case At(var time) -> Duration.between(now, time);
        case After(var delay) -> delay;
      };
    }
  }
}
