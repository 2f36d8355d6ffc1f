package io.reproq.jdbc.postgres;

import io.reproq.clock.TimeSource;
import io.reproq.store.ClaimAnswer;
import io.reproq.store.ClaimRequest;
import io.reproq.store.ClaimRequest.Quota;
import io.reproq.store.ClaimRequest.Routing;
import io.reproq.store.ClaimedTask;
import io.reproq.store.Enqueued;
import io.reproq.store.NewTask;
import io.reproq.store.Settlement;
import io.reproq.store.TaskRun;
import io.reproq.store.TaskStore;
import io.reproq.store.WorkerInfo;
import io.reproq.task.ClaimId;
import io.reproq.task.Outcome;
import io.reproq.task.Spec;
import io.reproq.task.Transitions;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// The few moves that tests of a real PostgreSQL are made of.
final class Actors {
  static final String GREET = "sample.greet";

  /// On a machine that is busy with other things, a process alone may take half of it to start.
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final AtomicLong CLAIMS = new AtomicLong();

  private Actors() {}

  static List<Long> enqueue(TaskStore store, int count) {
    var task = NewTask.of(Spec.of(GREET).build());
    return store.enqueue(Collections.nCopies(count, task)).stream()
        .map(Enqueued::resultId)
        .toList();
  }

  static UUID join(TaskStore store) {
    return join(store, Duration.ofSeconds(15), Duration.ofSeconds(5));
  }

  static UUID join(TaskStore store, Duration lease, Duration heartbeat) {
    var incarnation = UUID.randomUUID();
    store.join(
        new WorkerInfo(
            incarnation,
            "anna",
            "host",
            4,
            List.of("default"),
            Set.of(GREET),
            lease,
            heartbeat,
            "1.2.3"));
    return incarnation;
  }

  static ClaimAnswer tryClaim(TaskStore store, UUID worker, int limit) {
    return store.claim(
        new ClaimRequest(
            new ClaimId(worker, CLAIMS.incrementAndGet()),
            List.of(new Quota("default", limit)),
            new Routing(Set.of(GREET), false)));
  }

  static List<ClaimedTask> claim(TaskStore store, UUID worker, int limit) {
    return switch (tryClaim(store, worker, limit)) {
      case ClaimAnswer.Taken(var tasks, var moved, var retryIn) -> tasks;
      case ClaimAnswer.WorkerGone gone -> throw new AssertionError("the worker is gone");
    };
  }

  static Settlement settlement(ClaimedTask task, Outcome outcome) {
    if (task.description() instanceof ClaimedTask.Description.Valid(var spec)) {
      return new Settlement(
          task.resultId(),
          task.claimId(),
          outcome,
          Transitions.settled(task.attempt(), outcome, spec.retry(), 0.5));
    }
    throw new AssertionError("task " + task.resultId() + " came broken");
  }

  static TaskRun get(TaskStore store, long resultId) {
    return store.find(List.of(resultId)).getFirst();
  }

  /// How many tasks are not over.
  static long unfinished(TaskStore store) {
    return store.counts().entrySet().stream()
        .filter(count -> !count.getKey().status().isTerminal())
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  /// Asks every `pause` until `condition` holds, which another thread or process sees to.
  static void until(String what, Duration pause, BooleanSupplier condition) {
    var end = TimeSource.system().nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (TimeSource.system().nanoTime() - end > 0) {
        throw new AssertionError("waited " + PATIENCE + " in vain until " + what);
      }
      LockSupport.parkNanos(pause.toNanos());
    }
  }
}
