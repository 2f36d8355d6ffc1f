package io.reproq.task;

import static io.reproq.task.TaskStatus.CANCELLED;
import static io.reproq.task.TaskStatus.FAILED;
import static io.reproq.task.TaskStatus.SUCCESSFUL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reproq.json.Json;
import io.reproq.retry.RetryPolicy;
import io.reproq.task.Place.Deferred;
import io.reproq.task.Place.Finished;
import io.reproq.task.Place.Parked;
import io.reproq.task.Place.Ready;
import io.reproq.task.Place.Running;
import io.reproq.task.Place.Waiting;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
final class TransitionsTest {
  private static final Event CLAIM = new Event.Claim();
  private static final Event PARK = new Event.Park("lock:a");
  private static final Event PROMOTE = new Event.Promote();
  private static final Event CANCEL = new Event.Cancel();
  private static final Event EXPIRE = new Event.Expire();

  @Nested
  final class From {
    @Test
    void ready() {
      assertArrows(
          new Ready(2),
          Map.of(
              CLAIM, new Running(3),
              PARK, new Parked(2, "lock:a"),
              CANCEL, new Finished(CANCELLED, 2),
              EXPIRE, new Finished(CANCELLED, 2)));
    }

    @Test
    void deferred() {
      assertArrows(
          new Deferred(1, Samples.SOON),
          Map.of(
              PROMOTE, new Ready(1),
              CANCEL, new Finished(CANCELLED, 1),
              EXPIRE, new Finished(CANCELLED, 1)));
    }

    @Test
    void parked() {
      assertArrows(
          new Parked(1, "path:a.b"),
          Map.of(
              PROMOTE, new Ready(1),
              CANCEL, new Finished(CANCELLED, 1),
              EXPIRE, new Finished(CANCELLED, 1)));
    }

    @Test
    void waiting() {
      assertArrows(
          new Waiting(3),
          Map.of(
              new Event.Release(Duration.ZERO),
              new Ready(0),
              new Event.Release(Duration.ofSeconds(1)),
              new Deferred(0, Duration.ofSeconds(1)),
              CANCEL,
              new Finished(CANCELLED, 0),
              EXPIRE,
              new Finished(CANCELLED, 0),
              new Event.Strand(),
              new Finished(FAILED, 0)));
    }

    @Test
    void the_first_of_three_attempts() {
      var arrows = new HashMap<Event, Place>();
      arrows.put(new Event.Reclaim(RetryPolicy.DEFAULT), new Ready(1));
      putSettled(arrows, new Outcome.Succeeded(Json.NULL), new Finished(SUCCESSFUL, 1));
      putSettled(arrows, new Outcome.Failed(Samples.FAILURE, false), new Finished(FAILED, 1));
      putSettled(arrows, new Outcome.Snoozed(Samples.SOON), new Deferred(0, Samples.SOON));
      putSettled(arrows, new Outcome.Snoozed(Duration.ZERO), new Ready(0));
      putSettled(arrows, new Outcome.Cancelled(Samples.FAILURE), new Finished(CANCELLED, 1));
      putSettled(arrows, new Outcome.GivenBack(), new Ready(0));
      var failed = new Outcome.Failed(Samples.FAILURE, true);
      arrows.put(
          new Event.Settle(failed, RetryPolicy.DEFAULT, 0.5),
          new Deferred(1, Duration.ofSeconds(30)));
      arrows.put(new Event.Settle(failed, Samples.AT_ONCE, 0.5), new Ready(1));

      assertArrows(new Running(1), arrows);
    }

    @Test
    void the_last_of_three_attempts() {
      var arrows = new HashMap<Event, Place>();
      arrows.put(new Event.Reclaim(RetryPolicy.DEFAULT), new Finished(FAILED, 3));
      putSettled(arrows, new Outcome.Succeeded(Json.NULL), new Finished(SUCCESSFUL, 3));
      putSettled(arrows, new Outcome.Failed(Samples.FAILURE, true), new Finished(FAILED, 3));
      putSettled(arrows, new Outcome.Failed(Samples.FAILURE, false), new Finished(FAILED, 3));
      putSettled(arrows, new Outcome.Snoozed(Samples.SOON), new Deferred(2, Samples.SOON));
      putSettled(arrows, new Outcome.Snoozed(Duration.ZERO), new Ready(2));
      putSettled(arrows, new Outcome.Cancelled(Samples.FAILURE), new Finished(CANCELLED, 3));
      putSettled(arrows, new Outcome.GivenBack(), new Ready(2));

      assertArrows(new Running(3), arrows);
    }

    @Test
    void success_nothing_leads_on() {
      assertArrows(new Finished(SUCCESSFUL, 1), Map.of());
    }

    @Test
    void cancellation_nothing_leads_on() {
      assertArrows(new Finished(CANCELLED, 1), Map.of());
    }

    @Test
    void failure_an_operators_three_arrows_lead_on() {
      assertArrows(
          new Finished(FAILED, 3),
          Map.of(
              new Event.Retry(), new Ready(0),
              new Event.Discard(), new Finished(CANCELLED, 3),
              new Event.Revive(1), new Waiting(1)));
    }
  }

  @Test
  void a_retrys_delay_grows_with_the_attempt_and_varies_with_the_draw() {
    var retry = RetryPolicy.DEFAULT.withJitter(0.5);
    var failed = new Outcome.Failed(Samples.FAILURE, true);

    assertThat(Transitions.settled(2, failed, retry, 0.5))
        .isEqualTo(new Deferred(2, Duration.ofMinutes(1)));
    assertThat(Transitions.settled(2, failed, retry, 0))
        .isEqualTo(new Deferred(2, Duration.ofSeconds(30)));
  }

  @Test
  void a_new_task_is_ready_unless_it_has_a_delay() {
    assertThat(Transitions.first(Duration.ZERO)).isEqualTo(new Ready(0));
    assertThat(Transitions.first(Duration.ofSeconds(-1))).isEqualTo(new Ready(0));
    assertThat(Transitions.first(Duration.ofNanos(1)))
        .isEqualTo(new Deferred(0, Duration.ofNanos(1)));
  }

  @Test
  void under_a_cancel_request_every_way_ends() {
    assertThat(Samples.PLACES.stream().map(Transitions::underCancel))
        .containsExactly(
            new Finished(CANCELLED, 0),
            new Finished(CANCELLED, 2),
            new Finished(CANCELLED, 1),
            new Finished(CANCELLED, 1),
            new Finished(CANCELLED, 0),
            new Finished(CANCELLED, 0),
            new Finished(CANCELLED, 2),
            new Finished(SUCCESSFUL, 1),
            new Finished(FAILED, 3),
            new Finished(CANCELLED, 1));
  }

  @Test
  void each_place_shows_one_of_the_contracts_statuses() {
    assertThat(
            Samples.PLACES.stream().map(place -> place.label() + " " + place.status()).distinct())
        .containsExactly(
            "ready READY",
            "deferred READY",
            "parked READY",
            "waiting WAITING",
            "running RUNNING",
            "finished SUCCESSFUL",
            "finished FAILED",
            "finished CANCELLED");
  }

  @Test
  void a_place_is_finished_only_with_a_terminal_status() {
    for (var status : TaskStatus.values()) {
      if (status.isTerminal()) {
        assertThat(new Finished(status, 0).status()).isEqualTo(status);
      } else {
        assertThatThrownBy(() -> new Finished(status, 0))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage(status + " is no terminal status");
      }
    }
  }

  @Test
  void a_snooze_cannot_go_back_in_time() {
    assertThatThrownBy(() -> new Outcome.Snoozed(Duration.ofNanos(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("delay must not be negative, was PT-0.000000001S");
  }

  /// Under both policies of the samples: the outcome's way does not depend on them.
  private static void putSettled(Map<Event, Place> arrows, Outcome outcome, Place next) {
    arrows.put(new Event.Settle(outcome, RetryPolicy.DEFAULT, 0.5), next);
    arrows.put(new Event.Settle(outcome, Samples.AT_ONCE, 0.5), next);
  }

  /// `arrows` are those out of `from`, and every other sample of an event means nothing there.
  private static void assertArrows(Place from, Map<Event, Place> arrows) {
    assertThat(Samples.EVENTS).containsAll(arrows.keySet());
    for (var event : Samples.EVENTS) {
      assertThat(Transitions.after(from, event).orElse(null))
          .as("%s --%s-->", from, event)
          .isEqualTo(arrows.get(event));
    }
  }
}
