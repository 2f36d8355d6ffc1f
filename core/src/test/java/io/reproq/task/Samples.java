package io.reproq.task;

import io.reproq.json.Json;
import io.reproq.retry.RetryPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Every kind of place, outcome and event, in each variant that may lead elsewhere.
final class Samples {
  static final Failure FAILURE = Failure.of(FailureKind.APP_ERROR, "boom");
  static final Duration SOON = Duration.ofSeconds(5);
  static final RetryPolicy AT_ONCE = RetryPolicy.DEFAULT.withBase(Duration.ZERO);

  static final List<Place> PLACES =
      List.of(
          new Place.Ready(0),
          new Place.Ready(2),
          new Place.Deferred(1, SOON),
          new Place.Parked(1, "lock:a"),
          new Place.Waiting(2),
          new Place.Running(1),
          new Place.Running(3),
          new Place.Finished(TaskStatus.SUCCESSFUL, 1),
          new Place.Finished(TaskStatus.FAILED, 3),
          new Place.Finished(TaskStatus.CANCELLED, 1));

  static final List<Outcome> OUTCOMES =
      List.of(
          new Outcome.Succeeded(Json.NULL),
          new Outcome.Failed(FAILURE, true),
          new Outcome.Failed(FAILURE, false),
          new Outcome.Snoozed(SOON),
          new Outcome.Snoozed(Duration.ZERO),
          new Outcome.Cancelled(FAILURE),
          new Outcome.GivenBack());

  static final List<Event> EVENTS = events();

  private Samples() {}

  private static List<Event> events() {
    var events =
        new ArrayList<Event>(
            List.of(
                new Event.Claim(),
                new Event.Park("lock:a"),
                new Event.Promote(),
                new Event.Release(Duration.ZERO),
                new Event.Release(Duration.ofSeconds(1)),
                new Event.Reclaim(RetryPolicy.DEFAULT),
                new Event.Cancel(),
                new Event.Expire(),
                new Event.Strand(),
                new Event.Retry(),
                new Event.Discard(),
                new Event.Revive(1)));
    for (var outcome : OUTCOMES) {
      for (var retry : List.of(RetryPolicy.DEFAULT, AT_ONCE)) {
        events.add(new Event.Settle(outcome, retry, 0.5));
      }
    }
    return List.copyOf(events);
  }
}
