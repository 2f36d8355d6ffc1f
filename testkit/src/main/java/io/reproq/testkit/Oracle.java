package io.reproq.testkit;

import io.reproq.store.CancelAnswer;
import io.reproq.store.Discarded;
import io.reproq.store.Enqueued;
import io.reproq.store.NewTask;
import io.reproq.store.Promoted;
import io.reproq.store.QueueStatus;
import io.reproq.store.Reclaimed;
import io.reproq.store.RenewAnswer;
import io.reproq.store.Retried;
import io.reproq.store.Settled;
import io.reproq.store.Settlement;
import io.reproq.store.TaskRun;
import io.reproq.task.ClaimId;
import io.reproq.task.Event;
import io.reproq.task.Failure;
import io.reproq.task.FailureKind;
import io.reproq.task.Outcome;
import io.reproq.task.Place;
import io.reproq.task.TaskStatus;
import io.reproq.task.Transitions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What a store ought to do, said as plainly as possible: every verb looks through all tasks. It
/// shares nothing with any store but the arrows of [Transitions].
///
/// Verbs return the answer that the store must give. Where the port leaves a choice, the oracle
/// checks what the store chose, and follows it.
final class Oracle {
  final Map<Long, OracleTask> tasks = new TreeMap<>();
  final Map<UUID, OracleWorker> workers = new LinkedHashMap<>();

  private final SettableClock clock;
  private final Map<ClaimId, Set<Long>> endedBySettling = new HashMap<>();

  Oracle(SettableClock clock) {
    this.clock = clock;
  }

  /// Checks what became of `added`, and takes the new ids over.
  void enqueue(List<NewTask> added, List<Enqueued> answers) {
    require(answers.size() == added.size(), "one answer for each task, got " + answers);
    for (var i = 0; i < added.size(); i++) {
      var task = added.get(i);
      var twin = twinOf(task);
      var id = answers.get(i).resultId();
      var expected = twin == null ? new Enqueued.Created(id) : new Enqueued.Duplicate(twin.id);
      same("answer to " + task, expected, answers.get(i));
      if (twin == null) {
        require(tasks.keySet().stream().allMatch(known -> known < id), "ids ascend, got " + id);
        var place = Transitions.first(task.start().from(now()));
        tasks.put(id, new OracleTask(id, task, now(), place));
      }
    }
  }

  void join(ScriptedWorker worker) {
    workers.put(worker.incarnation(), new OracleWorker(worker, now()));
  }

  void leave(UUID incarnation) {
    var worker = workers.remove(incarnation);
    for (var task : heldBy(worker)) {
      var attempt = task.attempts();
      var outcome = new Outcome.GivenBack();
      end(task, null, Transitions.settled(attempt, outcome, task.spec.retry(), 0));
    }
  }

  /// The answers that are right; more than one where the port leaves it open.
  Set<Settled> settle(Settlement settlement, boolean sentBefore) {
    var task = tasks.get(settlement.resultId());
    if (task == null) {
      return Set.of(new Settled.Stale());
    }
    if (task.isIn(Place.Running.class) && settlement.claimId().equals(task.claim)) {
      var place = end(task, settlement.outcome().failure(), settlement.next());
      if (place instanceof Place.Finished) {
        endedBySettling
            .computeIfAbsent(settlement.claimId(), claim -> new HashSet<>())
            .add(task.id);
      }
      if (settlement.outcome() instanceof Outcome.Succeeded(var result)) {
        task.value = result.text();
      }
      return Set.of(new Settled.Applied(place));
    }
    if (endedBySettling.getOrDefault(settlement.claimId(), Set.of()).contains(task.id)) {
      return Set.of(new Settled.Applied(task.place));
    }
    return sentBefore
        ? Set.of(new Settled.Stale(), new Settled.Applied(settlement.next()))
        : Set.of(new Settled.Stale());
  }

  RenewAnswer renew(UUID incarnation) {
    var worker = workers.get(incarnation);
    if (worker == null) {
      return new RenewAnswer.Gone();
    }
    worker.renew(now());
    var held = new HashSet<RenewAnswer.Held>();
    for (var task : heldBy(worker)) {
      held.add(new RenewAnswer.Held(task.id, Objects.requireNonNull(task.claim), task.attempts()));
    }
    return new RenewAnswer.Alive(held);
  }

  Set<Long> cancelRequests(UUID incarnation) {
    var requested = new HashSet<Long>();
    for (var task : heldBy(workers.get(incarnation))) {
      if (task.cancelRequested) {
        requested.add(task.id);
      }
    }
    return requested;
  }

  Promoted promote(int limit) {
    tasks.values().stream()
        .filter(task -> task.isExpired(now()))
        .forEach(task -> task.expire(now()));
    var due = deferred().stream().filter(task -> !dueOf(task).isAfter(now())).limit(limit).toList();
    for (var task : due) {
      task.move(Transitions.after(task.place, new Event.Promote()).orElseThrow(), now());
    }
    var next = deferred().stream().findFirst().map(task -> Duration.between(now(), dueOf(task)));
    return new Promoted(
        due.size(), next.map(wait -> wait.isNegative() ? Duration.ZERO : wait).orElse(null));
  }

  Set<Reclaimed> reclaim(UUID observer) {
    var dead = new ArrayList<OracleWorker>();
    for (var worker : workers.values()) {
      if (worker.looksDead(clock) && !worker.incarnation().equals(observer)) {
        dead.add(worker);
      }
    }
    var reclaimed = new HashSet<Reclaimed>();
    for (var worker : dead) {
      workers.remove(worker.incarnation());
      for (var task : heldBy(worker)) {
        reclaimed.add(new Reclaimed(task.id, worker.id(), reclaim(task)));
      }
    }
    return reclaimed;
  }

  CancelAnswer cancel(long id) {
    var task = tasks.get(id);
    if (task == null) {
      return CancelAnswer.NOT_ACTIVE;
    }
    if (task.isIn(Place.Running.class)) {
      task.cancelRequested = true;
      return CancelAnswer.REQUESTED;
    }
    var next = Transitions.after(task.place, new Event.Cancel());
    next.ifPresent(place -> task.move(place, now()));
    return next.isPresent() ? CancelAnswer.CANCELLED : CancelAnswer.NOT_ACTIVE;
  }

  List<Retried> retry(List<Long> ids) {
    var answers = new HashMap<Long, Retried>();
    for (var id : new TreeSet<>(ids)) {
      answers.put(id, retry(tasks.get(id)));
    }
    return ids.stream().map(answers::get).toList();
  }

  private Retried retry(@Nullable OracleTask task) {
    var next = task == null ? null : Transitions.after(task.place, new Event.Retry()).orElse(null);
    if (task == null || next == null) {
      return new Retried.NotFailed();
    }
    var twin =
        tasks.values().stream()
            .filter(other -> task.unique && other.unique && !other.isIn(Place.Finished.class))
            .filter(other -> other.spec.equals(task.spec))
            .findFirst();
    if (twin.isPresent()) {
      return new Retried.TwinActive(twin.get().id);
    }
    endedBySettling.values().forEach(ended -> ended.remove(task.id));
    task.restart(next, now());
    return new Retried.Ready();
  }

  Discarded discard(long id) {
    var task = tasks.get(id);
    var next =
        task == null ? null : Transitions.after(task.place, new Event.Discard()).orElse(null);
    if (task == null || next == null) {
      return Discarded.NOT_FAILED;
    }
    task.errors.add(
        new OracleTask.OracleError(FailureKind.CANCELLED, task.attempts(), now(), null));
    task.move(next, now());
    return Discarded.CANCELLED;
  }

  /// How what is visible differs from what it should be; empty when it does not.
  List<String> differences(List<TaskRun> runs, Map<QueueStatus, Long> counts) {
    var found = new Differences("store");
    found.compare(
        "ids", List.copyOf(tasks.keySet()), runs.stream().map(TaskRun::resultId).toList());
    var recount = new HashMap<QueueStatus, Long>();
    for (var task : tasks.values()) {
      recount.merge(new QueueStatus(task.spec.queue(), task.place.status()), 1L, Long::sum);
    }
    var positive = new HashMap<>(counts);
    positive.values().removeIf(count -> count == 0);
    found.compare("counts", recount, positive);
    var lines = new ArrayList<>(found.lines());
    for (var run : runs) {
      var task = tasks.get(run.resultId());
      if (task != null) {
        task.follow(run, now());
        lines.addAll(task.differences(run, now()));
      }
    }
    return lines;
  }

  Instant now() {
    return clock.now();
  }

  private @Nullable OracleTask twinOf(NewTask added) {
    return tasks.values().stream()
        .filter(task -> added.unique() && task.unique && !task.isIn(Place.Finished.class))
        .filter(task -> task.spec.text().equals(added.spec().text()))
        .findFirst()
        .orElse(null);
  }

  /// A requested cancel goes before the end of a task whose attempts are used up. Whether the death
  /// is told beside the cancel is left open.
  private Place reclaim(OracleTask task) {
    var attempt = task.attempts();
    return end(
        task,
        task.cancelRequested ? null : Failure.LEASE_LOST,
        Transitions.reclaimed(attempt, task.spec.retry(), task.cancelRequested));
  }

  private Place end(OracleTask task, @Nullable Failure failure, Place next) {
    var attempt = task.attempts();
    var holder = task.worker == null ? null : task.worker.id();
    var place = task.cancelRequested ? Transitions.underCancel(next) : next;
    if (failure != null) {
      task.errors.add(new OracleTask.OracleError(failure.kind(), attempt, now(), holder));
    }
    var stopped =
        place.status() == TaskStatus.CANCELLED
            && (failure == null || failure.kind() != FailureKind.CANCELLED);
    if (stopped) {
      task.errors.add(new OracleTask.OracleError(FailureKind.CANCELLED, attempt, now(), holder));
    }
    task.move(place, now());
    if (task.attempts() < attempt) {
      task.madeUncounted = true;
      task.countedOn.removeLast();
    }
    return place;
  }

  private List<OracleTask> heldBy(@Nullable OracleWorker worker) {
    return tasks.values().stream()
        .filter(task -> task.isIn(Place.Running.class) && task.worker == worker)
        .toList();
  }

  private List<OracleTask> deferred() {
    return tasks.values().stream()
        .filter(task -> task.isIn(Place.Deferred.class))
        .sorted(
            Comparator.<OracleTask, Instant>comparing(Oracle::dueOf)
                .thenComparingLong(task -> task.id))
        .toList();
  }

  private static Instant dueOf(OracleTask task) {
    return Objects.requireNonNull(task.due);
  }

  static void require(boolean holds, String rule) {
    if (!holds) {
      throw new AssertionError("should be: " + rule);
    }
  }

  static void same(String what, Object expected, Object found) {
    if (!expected.equals(found)) {
      throw new AssertionError(what + " should be <" + expected + ">, was <" + found + ">");
    }
  }
}
