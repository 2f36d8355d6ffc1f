package io.reproq.worker;

import static io.reproq.worker.AttemptKeys.about;

import io.reproq.store.TaskStore;
import io.reproq.task.Failure;
import io.reproq.task.FailureKind;
import io.reproq.task.Outcome;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Stops attempts that must not go on: past their deadline, cancelled, or under a lease that is no
/// longer sure. A handler that does not stop when it is interrupted is abandoned: its outcome is
/// sent without it, and its thread runs on until it ends by itself.
final class Watch {
  private static final Logger log = LoggerFactory.getLogger(Watch.class);

  /// How long an interrupted handler may take to end.
  static final Duration GRACE = Duration.ofSeconds(1);

  private final TaskStore store;
  private final Slots slots;
  private final Settler settler;
  private final Surroundings surroundings;

  Watch(TaskStore store, Slots slots, Settler settler, Surroundings surroundings) {
    this.store = store;
    this.slots = slots;
    this.settler = settler;
    this.surroundings = surroundings;
  }

  /// Stops what is past its deadline, and abandons what did not stop when it was told to.
  void stopOverdue() {
    var now = surroundings.time().nanoTime();
    for (var attempt : slots.running()) {
      if (attempt.isPastDeadline(now) && attempt.stop(timeout(attempt), now)) {
        about(attempt, log.atInfo()).log("timed out");
      }
      abandonDeaf(attempt, now);
    }
  }

  /// Stops what somebody asked to be stopped.
  void stopCancelled(Membership membership) {
    var incarnation = membership.entered().orElse(null);
    if (incarnation == null || slots.running().isEmpty()) {
      return;
    }
    var requested = store.cancelRequests(incarnation);
    if (!requested.isEmpty()) {
      stopCancelled(requested);
    }
  }

  /// Stops everything, to be run by another worker.
  void giveBackAll() {
    var now = surroundings.time().nanoTime();
    for (var attempt : slots.running()) {
      if (attempt.stop(new Outcome.GivenBack(), now)) {
        about(attempt, log.atInfo()).log("given back");
      }
    }
  }

  private void stopCancelled(Set<Long> requested) {
    var now = surroundings.time().nanoTime();
    var cancelled = new Outcome.Cancelled(Failure.CANCELLED);
    for (var attempt : slots.running()) {
      if (requested.contains(attempt.resultId()) && attempt.stop(cancelled, now)) {
        about(attempt, log.atInfo()).log("cancelled by request");
      }
    }
  }

  private void abandonDeaf(Attempt attempt, long now) {
    if (attempt.isDeaf(now, GRACE.toNanos())) {
      about(attempt, log.atWarn())
          .log("its handler ignores the interruption and runs on by itself");
      var outcome = attempt.abandon();
      if (outcome != null) {
        settler.offerAtOnce(attempt, outcome);
      }
      slots.leave(attempt);
    }
  }

  private static Outcome timeout(Attempt attempt) {
    var seconds = BigDecimal.valueOf(attempt.spec().timeout().toMillis(), 3);
    var message = "timed out after " + seconds.stripTrailingZeros().toPlainString() + "s";
    return new Outcome.Failed(Failure.of(FailureKind.INFRA_ERROR, message), true);
  }
}
