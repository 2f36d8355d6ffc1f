package io.reproq.memory;

import io.reproq.store.ClaimAnswer;
import io.reproq.store.ClaimRequest;
import io.reproq.store.ClaimRequest.Quota;
import io.reproq.store.ClaimedTask;
import io.reproq.store.RateLimit;
import io.reproq.task.Event;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Gives rows to workers. Used under the store's lock only.
///
/// A row that is expired ends here, one whose key is taken is parked by it, one whose rate limit
/// has no token left is parked in its queue, by limit, and one that the worker may not run
/// likewise, by path. A worker that may run it takes it from there in one step with the claim, and
/// no more than it asked for: another worker that keeps claiming would park the rest again.
final class Claims {
  /// No claim parks more rows than this, so that none holds the lock for long.
  private static final int MOST_PARKED = 1000;

  private final Places places;
  private final Workers workers;
  private final MemoryQueues queues;
  private final Buckets buckets;

  Claims(Places places, Workers workers, MemoryQueues queues, Buckets buckets) {
    this.places = places;
    this.workers = workers;
    this.queues = queues;
    this.buckets = buckets;
  }

  ClaimAnswer claim(ClaimRequest request, Instant now) {
    var worker = workers.get(request.claimId().incarnation());
    if (worker == null) {
      return new ClaimAnswer.WorkerGone();
    }
    var taken = new ArrayList<ClaimedTask>();
    var parked = 0;
    for (var quota : request.quotas()) {
      var queue = places.queue(quota.queue());
      if (queue != null && !queues.isPaused(queue.name) && parked < MOST_PARKED) {
        unpark(queue, request, quota, now);
        var rows = new Taking(worker, request, now, MOST_PARKED - parked);
        rows.take(queue, quota.limit(), taken);
        parked += rows.parked;
      }
    }
    return new ClaimAnswer.Taken(taken, parked > 0, untilRoom(request, now));
  }

  /// When the first of the tasks that wait for a token may get one.
  private @Nullable Duration untilRoom(ClaimRequest request, Instant now) {
    Duration first = null;
    for (var quota : request.quotas()) {
      var queue = places.queue(quota.queue());
      if (queue != null && !queues.isPaused(queue.name)) {
        for (var key : queue.limited.keySet()) {
          var wait = buckets.untilRoom(key, now);
          if (wait != null && (first == null || wait.compareTo(first) < 0)) {
            first = wait;
          }
        }
      }
    }
    return first;
  }

  private void unpark(QueueRows queue, ClaimRequest request, Quota quota, Instant now) {
    if (!queue.limited.isEmpty()) {
      queue.limited.forEach(
          (key, line) -> promote(line, Math.min(quota.limit(), buckets.room(key, now)), now));
      queue.limited.values().removeIf(Line::isEmpty);
    }
    if (queue.parked.isEmpty()) {
      return;
    }
    var lines = queue.parked.entrySet().iterator();
    while (lines.hasNext()) {
      var line = lines.next();
      if (workers.runs(request.routing(), line.getKey())) {
        promote(line.getValue(), quota.limit(), now);
        if (line.getValue().isEmpty()) {
          lines.remove();
        }
      }
    }
  }

  private void promote(Line line, int limit, Instant now) {
    for (var i = 0; i < limit; i++) {
      var row = line.poll();
      if (row == null) {
        return;
      }
      places.move(row, new Event.Promote(), now);
    }
  }

  /// One claim at work on its queues.
  private final class Taking {
    private final MemoryWorker worker;
    private final ClaimRequest request;
    private final Instant now;
    private final int mostParked;

    /// How many rows were moved out of the way.
    private int parked;

    Taking(MemoryWorker worker, ClaimRequest request, Instant now, int mostParked) {
      this.worker = worker;
      this.request = request;
      this.now = now;
      this.mostParked = mostParked;
    }

    void take(QueueRows queue, int limit, List<ClaimedTask> taken) {
      for (var room = limit; room > 0 && parked < mostParked; ) {
        var row = queue.ready.poll();
        if (row == null) {
          return;
        }
        if (row.isExpired(now)) {
          places.expire(row, now);
          parked++;
          continue;
        }
        var blocker = blocker(row);
        if (blocker == null) {
          taken.add(start(row));
          room--;
        } else {
          places.move(row, new Event.Park(blocker), now);
          parked++;
        }
      }
    }

    private ClaimedTask start(Row row) {
      places.start(row, worker, now);
      row.claim = request.claimId();
      return new ClaimedTask(
          row.id,
          request.claimId(),
          row.attempt(),
          row.expiresAt == null ? null : Duration.between(now, row.expiresAt),
          new ClaimedTask.Origin(Duration.between(row.enqueuedAt, now), row.headers),
          new ClaimedTask.Description.Valid(row.spec));
    }

    /// What keeps `row` from starting here, as a parking key. A token is taken last: who waits for
    /// something else uses none.
    private @Nullable String blocker(Row row) {
      var path = row.spec.taskPath();
      if (!workers.runs(request.routing(), path)) {
        return ClaimRequest.parkingKey(path);
      }
      var busy = places.keys.busy(row);
      if (busy != null) {
        return busy;
      }
      var exhausted = buckets.take(row, now);
      return exhausted == null ? null : RateLimit.parkingKey(exhausted);
    }
  }
}
