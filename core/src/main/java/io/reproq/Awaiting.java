package io.reproq;

import io.reproq.clock.TimeSource;
import io.reproq.json.Json;
import io.reproq.store.Settled;
import io.reproq.store.Settlement;
import io.reproq.store.TaskRun;
import io.reproq.store.TaskStore;
import io.reproq.task.Outcome;
import io.reproq.task.Place;
import io.reproq.task.TaskStatus;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Those who wait for tasks to finish. Safe for use by many threads.
///
/// A task that this process runs wakes them itself. For others the store is asked, less and less
/// often, by one of the waiting threads for all of them: however many wait, there is one query.
final class Awaiting {
  private static final Duration FIRST_LOOK = Duration.ofMillis(5);
  private static final Duration LONGEST = Duration.ofMillis(250);

  private final TaskStore store;
  private final TimeSource time;
  private final Map<Long, Waiters> waiting = new ConcurrentHashMap<>();
  private final ReentrantLock looking = new ReentrantLock();

  Awaiting(TaskStore store, TimeSource time) {
    this.store = store;
    this.time = time;
  }

  /// Waits for task `resultId`.
  ///
  /// @return its result
  Json result(long resultId, Duration limit) throws TimeoutException, InterruptedException {
    var waiters =
        waiting.compute(
            resultId, (id, known) -> (known == null ? Waiters.none() : known).plusOne());
    try {
      return ending(waiters.future, resultId, limit).result(resultId);
    } finally {
      waiting.computeIfPresent(resultId, (id, known) -> known.minusOne());
    }
  }

  /// A task was settled in this process.
  void settled(Settlement settlement, Settled answer) {
    if (!waiting.isEmpty()
        && answer instanceof Settled.Applied(Place.Finished(var status, var attempts))) {
      var waiters = waiting.get(settlement.resultId());
      // An attempt that ended itself keeps its end, whatever was sent for it later: then the store
      // knows more.
      var isWhatWasSent = settlement.next().status() == status;
      if (waiters != null && (isWhatWasSent || status != TaskStatus.SUCCESSFUL)) {
        waiters.future.complete(Ending.of(status, settlement.outcome()));
      }
    }
  }

  private Ending ending(CompletableFuture<Ending> future, long resultId, Duration limit)
      throws TimeoutException, InterruptedException {
    var start = time.nanoTime();
    var pause = FIRST_LOOK;
    look(List.of(resultId));
    while (true) {
      var left = limit.toNanos() - (time.nanoTime() - start);
      try {
        return future.get(Math.clamp(left, 0, pause.toNanos()), TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        if (left <= 0) {
          throw new TimeoutException("task " + resultId + " is not finished after " + limit);
        }
      } catch (ExecutionException e) {
        throw new IllegalStateException("an ending is never exceptional", e);
      }
      if (looking.tryLock()) {
        try {
          look(List.copyOf(waiting.keySet()));
        } finally {
          looking.unlock();
        }
      }
      pause = pause.compareTo(LONGEST) < 0 ? pause.multipliedBy(2) : LONGEST;
    }
  }

  private void look(List<Long> ids) {
    for (var run : store.find(ids)) {
      var waiters = waiting.get(run.resultId());
      if (waiters != null && run.standing().status().isTerminal()) {
        waiters.future.complete(Ending.of(run));
      }
    }
  }

  private record Waiters(CompletableFuture<Ending> future, int count) {
    static Waiters none() {
      return new Waiters(new CompletableFuture<>(), 0);
    }

    Waiters plusOne() {
      return new Waiters(future, count + 1);
    }

    @Nullable Waiters minusOne() {
      return count == 1 ? null : new Waiters(future, count - 1);
    }
  }

  /// How a task ended.
  private record Ending(TaskStatus status, Json value, String reason) {
    static Ending of(TaskStatus status, Outcome outcome) {
      return switch (outcome) {
        case Outcome.Succeeded(var value) -> new Ending(status, value, "");
        case Outcome.Failed(var failure, var retryable) ->
            new Ending(status, Json.NULL, failure.summary());
        case Outcome.Cancelled(var failure) -> new Ending(status, Json.NULL, failure.summary());
        case Outcome.Snoozed snoozed -> new Ending(status, Json.NULL, "cancelled");
        case Outcome.GivenBack givenBack -> new Ending(status, Json.NULL, "cancelled");
      };
    }

    static Ending of(TaskRun run) {
      var value = run.result().value();
      var reason = run.result().lastError();
      return new Ending(
          run.standing().status(),
          value == null ? Json.NULL : value,
          reason == null ? "no reason is known" : reason);
    }

    Json result(long resultId) {
      if (status == TaskStatus.SUCCESSFUL) {
        return value;
      }
      throw new TaskFailedException(resultId, status, reason);
    }
  }
}
