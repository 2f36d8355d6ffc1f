package io.reproq.testkit;

import io.reproq.store.CancelAnswer;
import io.reproq.store.ClaimAnswer;
import io.reproq.store.ClaimRequest;
import io.reproq.store.ClaimRequest.Routing;
import io.reproq.store.Enqueued;
import io.reproq.store.ForwardingStore;
import io.reproq.store.NewTask;
import io.reproq.store.QueueStatus;
import io.reproq.store.Reclaimed;
import io.reproq.store.RenewAnswer;
import io.reproq.store.Settled;
import io.reproq.store.Settlement;
import io.reproq.store.TaskStore;
import io.reproq.task.ClaimId;
import io.reproq.task.Place;
import io.reproq.task.Spec;
import io.reproq.task.TaskStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;

/// Stores that are wrong in one way each, by name.
final class PlantedBugs {
  private PlantedBugs() {}

  static Map<String, UnaryOperator<TaskStore>> all() {
    var bugs = new LinkedHashMap<String, UnaryOperator<TaskStore>>();
    bugs.put("settles without looking at the claim", SettlesAnyClaim::new);
    bugs.put("forgets to count attempts", ForgetsAttempts::new);
    bugs.put("loses a cancel of a running task", LosesCancels::new);
    bugs.put("puts a reclaimed task back twice", PutsBackTwice::new);
    bugs.put("answers a settlement that is sent again as stale", ForgetsWhatItEnded::new);
    bugs.put("takes twins", TakesTwins::new);
    bugs.put("runs tasks in the wrong order", TurnsOrderRound::new);
    bugs.put("lets the dead live", LetsTheDeadLive::new);
    bugs.put("ignores whose task it is", IgnoresRouting::new);
    bugs.put("forgets what a worker holds", ForgetsHeld::new);
    bugs.put("keeps tasks of a worker that left", KeepsTasksOfTheLeft::new);
    bugs.put("miscounts", Miscounts::new);
    bugs.put("retries at once", RetriesAtOnce::new);
    return bugs;
  }

  private static final class SettlesAnyClaim extends ForwardingStore {
    private final Map<Long, ClaimId> newest = new HashMap<>();

    SettlesAnyClaim(TaskStore store) {
      super(store);
    }

    @Override
    public ClaimAnswer claim(ClaimRequest request) {
      var answer = store.claim(request);
      if (answer instanceof ClaimAnswer.Taken(var tasks, var moved, var retryIn)) {
        tasks.forEach(task -> newest.put(task.resultId(), task.claimId()));
      }
      return answer;
    }

    @Override
    public List<Settled> settle(List<Settlement> settlements) {
      var changed = new ArrayList<Settlement>();
      for (var one : settlements) {
        var claimId = newest.getOrDefault(one.resultId(), one.claimId());
        changed.add(new Settlement(one.resultId(), claimId, one.outcome(), one.next()));
      }
      return store.settle(changed);
    }
  }

  private static final class ForgetsAttempts extends ForwardingStore {
    ForgetsAttempts(TaskStore store) {
      super(store);
    }

    @Override
    public List<Settled> settle(List<Settlement> settlements) {
      var changed = new ArrayList<Settlement>();
      for (var one : settlements) {
        var next =
            switch (one.next()) {
              case Place.Deferred(var attempts, var delay) -> new Place.Deferred(0, delay);
              case Place.Ready(var attempts) -> new Place.Ready(0);
              default -> one.next();
            };
        changed.add(new Settlement(one.resultId(), one.claimId(), one.outcome(), next));
      }
      return store.settle(changed);
    }
  }

  private static final class LosesCancels extends ForwardingStore {
    LosesCancels(TaskStore store) {
      super(store);
    }

    @Override
    public List<CancelAnswer> cancel(List<Long> resultIds) {
      var answers = new ArrayList<CancelAnswer>();
      for (var id : resultIds) {
        var runs =
            store.find(List.of(id)).stream()
                .anyMatch(run -> run.standing().status() == TaskStatus.RUNNING);
        answers.add(runs ? CancelAnswer.REQUESTED : store.cancel(List.of(id)).getFirst());
      }
      return answers;
    }
  }

  private static final class PutsBackTwice extends ForwardingStore {
    PutsBackTwice(TaskStore store) {
      super(store);
    }

    @Override
    public List<Reclaimed> reclaim(UUID observer) {
      var reclaimed = store.reclaim(observer);
      for (var one : reclaimed) {
        if (one.place() instanceof Place.Ready) {
          var run = store.find(List.of(one.resultId())).getFirst();
          store.enqueue(List.of(NewTask.of(Spec.parse(run.spec().text()))));
        }
      }
      return reclaimed;
    }
  }

  private static final class ForgetsWhatItEnded extends ForwardingStore {
    private final Set<Settlement> seen = new HashSet<>();

    ForgetsWhatItEnded(TaskStore store) {
      super(store);
    }

    @Override
    public List<Settled> settle(List<Settlement> settlements) {
      var answers = new ArrayList<>(store.settle(settlements));
      for (var i = 0; i < answers.size(); i++) {
        if (!seen.add(settlements.get(i))) {
          answers.set(i, new Settled.Stale());
        }
      }
      return answers;
    }
  }

  private static final class TakesTwins extends ForwardingStore {
    TakesTwins(TaskStore store) {
      super(store);
    }

    @Override
    public List<Enqueued> enqueue(List<NewTask> tasks) {
      return store.enqueue(tasks.stream().map(task -> task.unique(false)).toList());
    }
  }

  private static final class TurnsOrderRound extends ForwardingStore {
    TurnsOrderRound(TaskStore store) {
      super(store);
    }

    @Override
    public ClaimAnswer claim(ClaimRequest request) {
      return switch (store.claim(request)) {
        case ClaimAnswer.Taken(var tasks, var moved, var retryIn) ->
            new ClaimAnswer.Taken(tasks.reversed(), moved, retryIn);
        case ClaimAnswer.WorkerGone gone -> gone;
      };
    }
  }

  private static final class LetsTheDeadLive extends ForwardingStore {
    LetsTheDeadLive(TaskStore store) {
      super(store);
    }

    @Override
    public RenewAnswer renew(UUID incarnation) {
      return switch (store.renew(incarnation)) {
        case RenewAnswer.Alive alive -> alive;
        case RenewAnswer.Gone gone -> new RenewAnswer.Alive(Set.of());
      };
    }
  }

  private static final class IgnoresRouting extends ForwardingStore {
    IgnoresRouting(TaskStore store) {
      super(store);
    }

    @Override
    public ClaimAnswer claim(ClaimRequest request) {
      var paths = Set.of(Stage.GREET, "sample.sum", "sample.mail", "sample.odd");
      var anything = new Routing(paths, true);
      return store.claim(new ClaimRequest(request.claimId(), request.quotas(), anything));
    }
  }

  private static final class ForgetsHeld extends ForwardingStore {
    ForgetsHeld(TaskStore store) {
      super(store);
    }

    @Override
    public RenewAnswer renew(UUID incarnation) {
      return switch (store.renew(incarnation)) {
        case RenewAnswer.Alive alive -> new RenewAnswer.Alive(Set.of());
        case RenewAnswer.Gone gone -> gone;
      };
    }
  }

  private static final class KeepsTasksOfTheLeft extends ForwardingStore {
    KeepsTasksOfTheLeft(TaskStore store) {
      super(store);
    }

    @Override
    public void leave(UUID incarnation) {
      if (store.workers().stream()
          .noneMatch(row -> row.info().incarnation().equals(incarnation) && row.running() > 0)) {
        store.leave(incarnation);
      }
    }
  }

  private static final class Miscounts extends ForwardingStore {
    Miscounts(TaskStore store) {
      super(store);
    }

    @Override
    public Map<QueueStatus, Long> counts() {
      var counts = new HashMap<>(store.counts());
      counts.replaceAll((queue, count) -> queue.status() == TaskStatus.FAILED ? count - 1 : count);
      return counts;
    }
  }

  private static final class RetriesAtOnce extends ForwardingStore {
    RetriesAtOnce(TaskStore store) {
      super(store);
    }

    @Override
    public List<Settled> settle(List<Settlement> settlements) {
      var changed = new ArrayList<Settlement>();
      for (var one : settlements) {
        var next =
            one.next() instanceof Place.Deferred(var attempts, var delay)
                ? new Place.Ready(attempts)
                : one.next();
        changed.add(new Settlement(one.resultId(), one.claimId(), one.outcome(), next));
      }
      return store.settle(changed);
    }
  }
}
