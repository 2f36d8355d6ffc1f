package io.reproq.worker;

import static io.reproq.worker.AttemptKeys.about;

import io.reproq.store.RenewAnswer;
import io.reproq.store.RenewAnswer.Held;
import io.reproq.store.Settlement;
import io.reproq.store.TaskStore;
import io.reproq.task.ClaimId;
import io.reproq.task.Outcome;
import io.reproq.task.Place;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Proves that this worker lives, and compares what the store thinks it holds with what it knows.
///
/// ## Comparing
///
/// The answer is compared with what was known and in flight when the heartbeat was *sent*. What the
/// store holds and this worker does not know came with a claim whose answer was lost: it is given
/// back. What this worker runs and the store does not hold is another's: its handler is stopped and
/// its outcome dropped. What began or ended in between is left alone.
///
/// The order of looking matters: claims in flight first, then running attempts, then outcomes not
/// yet written. An attempt moves along in that order and is in the next set before it leaves the
/// one before, so it cannot slip through. Used by one thread, one heartbeat at a time.
final class Heart {
  private static final Logger log = LoggerFactory.getLogger(Heart.class);

  private final TaskStore store;
  private final Membership membership;
  private final Own own;
  private final AttemptListener listener;
  private final LongAdder deaths = new LongAdder();

  Heart(TaskStore store, Membership membership, Own own, AttemptListener listener) {
    this.store = store;
    this.membership = membership;
    this.own = own;
    this.listener = listener;
  }

  /// Sends one heartbeat and acts on its answer.
  void beat() {
    var incarnation = membership.entered().orElse(null);
    if (incarnation == null) {
      return;
    }
    var known = look();
    var sent = membership.sending();
    switch (store.renew(incarnation)) {
      case RenewAnswer.Alive(var held) -> {
        membership.confirm(incarnation, sent);
        giveBackUnknown(known, held);
        loseMissing(known, held, incarnation);
      }
      case RenewAnswer.Gone gone -> rise(incarnation);
    }
  }

  /// How many heartbeats were refused, because this worker had been taken for dead.
  long refused() {
    return deaths.sum();
  }

  private Known look() {
    var sent = own.claims.sent();
    var running = own.slots.running();
    var fences = new HashSet<Fence>();
    running.forEach(attempt -> fences.add(new Fence(attempt.resultId(), attempt.claimId())));
    own.settler.pending().forEach(s -> fences.add(new Fence(s.resultId(), s.claimId())));
    return new Known(sent, running, fences);
  }

  private void giveBackUnknown(Known known, Set<Held> held) {
    var unknown = new ArrayList<Settlement>();
    for (var one : held) {
      if (known.sent.answered(one.claimId())
          && !known.fences.contains(new Fence(one.resultId(), one.claimId()))) {
        unknown.add(
            new Settlement(
                one.resultId(),
                one.claimId(),
                new Outcome.GivenBack(),
                new Place.Ready(one.attempt() - 1)));
      }
    }
    if (!unknown.isEmpty()) {
      log.warn("{} tasks of a claim whose answer was lost are given back", unknown.size());
      store.settle(unknown);
    }
  }

  private void loseMissing(Known known, Set<Held> held, UUID incarnation) {
    var fences = new HashSet<Fence>();
    held.forEach(one -> fences.add(new Fence(one.resultId(), one.claimId())));
    for (var attempt : known.running) {
      var mine = attempt.claimId().incarnation().equals(incarnation);
      if (!(mine && fences.contains(new Fence(attempt.resultId(), attempt.claimId())))) {
        drop(attempt);
      }
    }
  }

  /// This incarnation was declared dead; its tasks are others' now. The worker goes on under a new
  /// one.
  private void rise(UUID dead) {
    deaths.increment();
    log.error("worker {} was taken for dead; its attempts are stopped", dead);
    loseAll();
    membership.enter();
  }

  /// Stops every attempt and sends nothing for it.
  void loseAll() {
    own.slots.running().forEach(this::drop);
  }

  private void drop(Attempt attempt) {
    if (attempt.lose()) {
      own.slots.leave(attempt);
      about(attempt, log.atWarn()).log("no longer this worker's; its handler is stopped");
      listener.lost(attempt);
    }
  }

  /// What this worker knows of itself.
  record Own(Claims claims, Slots slots, Settler settler) {}

  private record Fence(long resultId, ClaimId claimId) {}

  private record Known(Claims.Sent sent, List<Attempt> running, Set<Fence> fences) {}
}
