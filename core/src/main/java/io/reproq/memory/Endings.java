package io.reproq.memory;

import io.reproq.store.CancelAnswer;
import io.reproq.store.Reclaimed;
import io.reproq.store.Settled;
import io.reproq.store.Settlement;
import io.reproq.task.Event;
import io.reproq.task.Failure;
import io.reproq.task.Outcome;
import io.reproq.task.Place;
import io.reproq.task.Transitions;
import java.time.Instant;

/// How attempts and tasks end. Used under the store's lock only.
final class Endings {
  private final Places places;

  Endings(Places places) {
    this.places = places;
  }

  Settled settle(Settlement settlement, Instant now) {
    var row = places.rows.get(settlement.resultId());
    if (row == null || !settlement.claimId().equals(row.claim)) {
      return new Settled.Stale();
    }
    if (row.place instanceof Place.Finished) {
      return new Settled.Applied(row.place);
    }
    var place = places.end(row, settlement.outcome().failure(), settlement.next(), now);
    if (place instanceof Place.Finished) {
      row.claim = settlement.claimId();
    }
    if (settlement.outcome() instanceof Outcome.Succeeded(var result)) {
      row.value = result;
    }
    return new Settled.Applied(place);
  }

  /// Takes an attempt back from a worker that leaves: it does not count.
  void giveBack(Row row, Instant now) {
    var outcome = new Outcome.GivenBack();
    places.end(row, null, Transitions.settled(row.attempt(), outcome, row.spec.retry(), 0), now);
  }

  /// Takes an attempt back from a worker that is dead.
  Reclaimed reclaim(Row row, String workerId, Instant now) {
    var attempt = row.attempt();
    var next = Transitions.reclaimed(attempt, row.spec.retry(), row.cancelRequested);
    return new Reclaimed(row.id, workerId, places.end(row, Failure.LEASE_LOST, next, now));
  }

  CancelAnswer cancel(long id, Instant now) {
    var row = places.rows.get(id);
    if (row == null) {
      return CancelAnswer.NOT_ACTIVE;
    }
    if (row.place instanceof Place.Running) {
      row.cancelRequested = true;
      return CancelAnswer.REQUESTED;
    }
    return places.move(row, new Event.Cancel(), now)
        ? CancelAnswer.CANCELLED
        : CancelAnswer.NOT_ACTIVE;
  }
}
