package io.reproq.testkit;

import io.reproq.store.ClaimAnswer;
import io.reproq.store.ClaimRequest;
import io.reproq.store.ClaimRequest.Quota;
import io.reproq.store.ClaimRequest.Routing;
import io.reproq.store.ClaimedTask;
import io.reproq.store.RenewAnswer;
import io.reproq.store.Settled;
import io.reproq.store.Settlement;
import io.reproq.store.TaskStore;
import io.reproq.store.WorkerInfo;
import io.reproq.task.ClaimId;
import io.reproq.task.Outcome;
import io.reproq.task.Spec;
import io.reproq.task.Transitions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/// A worker of which a test decides every move. It runs nothing: it only talks to the store, as the
/// engine would.
final class ScriptedWorker {
  static final Duration LEASE = Duration.ofSeconds(15);
  static final Duration HEARTBEAT = Duration.ofSeconds(5);

  private static final int MOST_ROUNDS = 1000;

  private final TaskStore store;
  private final WorkerInfo info;
  private final Routing routing;
  private long claims;

  /// A worker that has not joined yet.
  ScriptedWorker(TaskStore store, UUID incarnation, String workerId, Routing routing) {
    this.store = store;
    this.routing = routing;
    this.info =
        new WorkerInfo(
            incarnation,
            workerId,
            "host-of-" + workerId,
            4,
            List.of(Spec.DEFAULT_QUEUE),
            routing.handles(),
            LEASE,
            HEARTBEAT,
            "1.2.3");
  }

  UUID incarnation() {
    return info.incarnation();
  }

  String id() {
    return info.workerId();
  }

  WorkerInfo info() {
    return info;
  }

  Routing routing() {
    return routing;
  }

  void join() {
    store.join(info);
  }

  void leave() {
    store.leave(incarnation());
  }

  RenewAnswer renew() {
    return store.renew(incarnation());
  }

  /// A request that was not sent yet.
  ClaimRequest request(List<Quota> quotas) {
    claims++;
    return new ClaimRequest(new ClaimId(incarnation(), claims), quotas, routing);
  }

  /// Claims once, whatever comes of it.
  ClaimAnswer tryClaim(Quota... quotas) {
    return store.claim(request(List.of(quotas)));
  }

  /// Claims up to `limit` tasks of the default queue, again and again while others are moved out of
  /// the way.
  List<ClaimedTask> claim(int limit) {
    return claim(new Quota(Spec.DEFAULT_QUEUE, limit));
  }

  /// Claims up to what `quota` wants, again and again while others are moved out of the way.
  List<ClaimedTask> claim(Quota quota) {
    var taken = new ArrayList<ClaimedTask>();
    for (var round = 0; taken.size() < quota.limit(); round++) {
      var answer = taken(tryClaim(new Quota(quota.queue(), quota.limit() - taken.size())));
      taken.addAll(answer.tasks());
      if (!answer.moved()) {
        break;
      }
      if (round == MOST_ROUNDS) {
        throw new AssertionError("the store moves tasks out of the way for ever");
      }
    }
    return taken;
  }

  /// Claims the one task that there is to claim.
  ClaimedTask claimOne() {
    var tasks = claim(1);
    if (tasks.isEmpty()) {
      throw new AssertionError(id() + " found nothing to claim, but should have");
    }
    return tasks.getFirst();
  }

  /// Ends `task` as `outcome` says, as the engine does: without jitter.
  Settled settle(ClaimedTask task, Outcome outcome) {
    return store.settle(List.of(settlement(task, outcome))).getFirst();
  }

  /// What ends `task` as `outcome` says.
  static Settlement settlement(ClaimedTask task, Outcome outcome) {
    var retry = specOf(task).retry();
    return new Settlement(
        task.resultId(),
        task.claimId(),
        outcome,
        Transitions.settled(task.attempt(), outcome, retry, 0.5));
  }

  /// The description of `task`, which must be readable.
  static Spec specOf(ClaimedTask task) {
    return switch (task.description()) {
      case ClaimedTask.Description.Valid(var spec) -> spec;
      case ClaimedTask.Description.Broken(var reason) ->
          throw new AssertionError("task " + task.resultId() + " came broken: " + reason);
    };
  }

  /// What a claim of a living worker brought.
  static ClaimAnswer.Taken taken(ClaimAnswer answer) {
    return switch (answer) {
      case ClaimAnswer.Taken taken -> taken;
      case ClaimAnswer.WorkerGone gone ->
          throw new AssertionError("the store takes a living worker for dead");
    };
  }
}
