package io.reproq.testkit;

import static io.reproq.testkit.Oracle.require;
import static io.reproq.testkit.Oracle.same;

import io.reproq.store.ClaimAnswer;
import io.reproq.store.ClaimRequest;
import io.reproq.store.ClaimRequest.Quota;
import io.reproq.store.ClaimRequest.Routing;
import io.reproq.store.ClaimedTask;
import io.reproq.store.TaskRun;
import io.reproq.task.Event;
import io.reproq.task.Place;
import io.reproq.task.Transitions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Checks one claim, and has the oracle follow it.
///
/// A store is free in how many of others' tasks it moves out of the way at once, and in how many of
/// its own parked ones it fetches. It is not free in which tasks it hands out: the best ones, and
/// all that were wanted unless it says that it moved some.
final class OracleClaim {
  private final Oracle oracle;
  private final Map<Long, TaskRun> after;

  /// @param after what is visible after the claim, by id
  OracleClaim(Oracle oracle, Map<Long, TaskRun> after) {
    this.oracle = oracle;
    this.after = after;
  }

  void check(ClaimRequest request, ClaimAnswer answer) {
    var worker = oracle.workers.get(request.claimId().incarnation());
    if (worker == null) {
      same("answer to one that is gone", new ClaimAnswer.WorkerGone(), answer);
      return;
    }
    var taken = ScriptedWorker.taken(answer);
    var routing = request.routing();
    var rest = new ArrayList<>(taken.tasks());
    var handedOut = new HashSet<Long>();
    for (var quota : request.quotas()) {
      handedOut.addAll(checkQueue(quota, routing, rest, taken.moved()));
    }
    require(rest.isEmpty(), "nothing is handed out but what was wanted, got " + rest);
    var moved = follow(routing, handedOut);
    var isOpen = oracle.tasks.values().stream().anyMatch(OracleTask::isKeyed);
    require(moved || isOpen || !taken.moved(), "moved only when something was moved");
    for (var task : taken.tasks()) {
      start(task, request, worker);
    }
  }

  /// Takes this queue's tasks off the front of `rest`: of the plain ones, the best there are, and
  /// of the keyed ones any. Nobody is left behind who could be taken, unless some were moved.
  private Set<Long> checkQueue(
      Quota quota, Routing routing, List<ClaimedTask> rest, boolean moved) {
    var handedOut = new LinkedHashSet<Long>();
    while (!rest.isEmpty() && isOf(quota.queue(), rest.getFirst())) {
      handedOut.add(rest.removeFirst().resultId());
    }
    require(handedOut.size() <= quota.limit(), "no more than the quota, got " + handedOut);
    var open = candidates(quota, routing);
    for (var id : handedOut) {
      require(open.stream().anyMatch(task -> task.id == id), "task " + id + " can be taken");
    }
    var plain = open.stream().filter(task -> !task.isKeyed()).map(task -> task.id).toList();
    var plainOut = handedOut.stream().filter(plain::contains).toList();
    // Keyed tasks that are moved out of the way may have used up what was fetched before them.
    var best = moved ? plain.stream().filter(plainOut::contains).toList() : plain;
    require(
        plainOut.equals(best.subList(0, plainOut.size())),
        "the best of " + plain + " in their order, got " + plainOut);
    var isFull = handedOut.size() == quota.limit();
    var left = open.stream().filter(task -> !task.isParkedByKey() && !handedOut.contains(task.id));
    require(isFull || moved || left.findAny().isEmpty(), "all of " + open + " are handed out");
    return handedOut;
  }

  private boolean isOf(String queue, ClaimedTask claimed) {
    var task = oracle.tasks.get(claimed.resultId());
    return task != null && task.spec.queue().equals(queue);
  }

  /// What could be taken, in the order of ranks.
  private List<OracleTask> candidates(Quota quota, Routing routing) {
    return oracle.tasks.values().stream()
        .filter(task -> task.spec.queue().equals(quota.queue()))
        .filter(task -> task.isIn(Place.Ready.class) || task.isIn(Place.Parked.class))
        .filter(task -> runs(routing, task) && !task.isExpired(oracle.now()))
        .sorted(Comparator.comparingLong(OracleTask::rank).thenComparingLong(task -> task.id))
        .toList();
  }

  /// Follows what the store moved between ready and parked, as far as it may.
  private boolean follow(Routing routing, Set<Long> handedOut) {
    var moved = false;
    for (var task : oracle.tasks.values()) {
      var run = after.get(task.id);
      if (run != null
          && task.isExpired(oracle.now())
          && run.standing().place().equals("finished")) {
        task.expire(oracle.now());
        moved = true;
        continue;
      }
      if (mayComeBack(task, routing) && isElsewhere(task, run)) {
        task.move(Transitions.after(task.place, new Event.Promote()).orElseThrow(), oracle.now());
        moved = true;
      }
      var event = handedOut.contains(task.id) ? fetched(task) : allowed(task, routing);
      if (event != null) {
        var next = Transitions.after(task.place, event).orElseThrow();
        task.move(next, oracle.now());
        moved = true;
      }
    }
    return moved;
  }

  /// Whether it may be ready in between, and parked again.
  private boolean mayComeBack(OracleTask task, Routing routing) {
    return task.isParkedByKey()
        || (task.isKeyed() && task.isIn(Place.Parked.class) && runs(routing, task));
  }

  private static boolean isElsewhere(OracleTask task, @Nullable TaskRun run) {
    var key = run == null ? null : run.standing().parkedKey();
    return !(task.place instanceof Place.Parked(var attempts, var before) && before.equals(key));
  }

  private static @Nullable Event fetched(OracleTask task) {
    return task.isIn(Place.Parked.class) ? new Event.Promote() : null;
  }

  /// What happened to a task that was not handed out; null when nothing did, or what must not.
  private @Nullable Event allowed(OracleTask task, Routing routing) {
    var run = after.get(task.id);
    var place = run == null ? "" : run.standing().place();
    if (task.isIn(Place.Ready.class) && place.equals("parked") && !runs(routing, task)) {
      return new Event.Park(ClaimRequest.parkingKey(task.spec.taskPath()));
    }
    if (run != null && task.isIn(Place.Ready.class) && place.equals("parked")) {
      var key = String.valueOf(run.standing().parkedKey());
      var isOwn = task.spec.limits().keys().stream().anyMatch(each -> each.name().equals(key));
      return isOwn ? new Event.Park(key) : null;
    }
    if (task.isIn(Place.Parked.class) && place.equals("ready") && runs(routing, task)) {
      return new Event.Promote();
    }
    return null;
  }

  private void start(ClaimedTask claimed, ClaimRequest request, OracleWorker worker) {
    var task = oracle.tasks.get(claimed.resultId());
    require(task != null, "a known task is handed out, got " + claimed);
    if (task == null) {
      return;
    }
    var next = Transitions.after(task.place, new Event.Claim()).orElseThrow();
    task.move(next, oracle.now());
    task.claim = request.claimId();
    task.worker = worker;
    task.countedOn.add(worker.id());
    task.lastAttemptedAt = oracle.now();
    if (task.startedAt == null) {
      task.startedAt = oracle.now();
    }
    var description = new ClaimedTask.Description.Valid(task.spec);
    same(
        "what is handed out",
        new ClaimedTask(
            task.id,
            request.claimId(),
            task.attempts(),
            task.startWithin(oracle.now()),
            new ClaimedTask.Origin(Duration.between(task.enqueuedAt, oracle.now()), null),
            description),
        claimed);
  }

  private boolean runs(Routing routing, OracleTask task) {
    var path = task.spec.taskPath();
    var listed =
        oracle.workers.values().stream()
            .anyMatch(worker -> worker.script.info().handles().contains(path));
    return routing.handles().contains(path) || (routing.others() && !listed);
  }
}
