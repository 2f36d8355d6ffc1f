package io.reproq.testkit;

import static io.reproq.testkit.Oracle.same;

import io.reproq.store.ClaimAnswer;
import io.reproq.store.ClaimRequest.Quota;
import io.reproq.store.ClaimRequest.Routing;
import io.reproq.store.ClaimedTask;
import io.reproq.store.NewTask;
import io.reproq.store.Settled;
import io.reproq.store.Settlement;
import io.reproq.store.TaskRun;
import io.reproq.store.TaskStore;
import io.reproq.store.WorkerRow;
import io.reproq.task.Spec;
import io.reproq.task.TaskStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;

/// One history, drawn from a seed, on a store and an oracle side by side. After every step answers
/// and everything visible are compared.
///
/// The order of ranks is [io.reproq.task.Rank#DEFAULT]; the one who looks for the dead is always
/// the same worker, which never claims.
final class ModelRun {
  private static final List<Routing> ROLES =
      List.of(
          new Routing(Set.of(Stage.GREET), false),
          new Routing(Set.of(Stage.GREET, "sample.sum"), false),
          new Routing(Set.of("sample.mail"), false),
          new Routing(Set.of(), true));

  private static final int MOST_WORKERS = 5;

  private final long seed;
  private final Draw draw;
  private final SettableClock clock;
  private final TaskStore store;
  private final Oracle oracle;
  private final List<String> history = new ArrayList<>();

  /// All that ever joined and still acts, dead or not; the observer apart.
  private final List<ScriptedWorker> actors = new ArrayList<>();

  /// Attempts that their workers have not ended yet, whether they still hold them or not.
  private final Map<ClaimedTask, ScriptedWorker> open = new LinkedHashMap<>();

  private final List<Settlement> sent = new ArrayList<>();
  private final ScriptedWorker observer;
  private int joined;

  ModelRun(long seed, TaskStore store, SettableClock clock) {
    this.seed = seed;
    this.draw = new Draw(seed);
    this.store = store;
    this.clock = clock;
    this.oracle = new Oracle(clock);
    this.observer =
        new ScriptedWorker(store, draw.uuid(), "observer", new Routing(Set.of(), false));
  }

  /// Takes `steps` steps.
  ///
  /// @throws AssertionError at the first difference, with the seed and the history that led to it
  void play(int steps) {
    try {
      observer.join();
      oracle.join(observer);
      for (var role : ROLES) {
        join(role);
      }
      for (var step = 0; step < steps; step++) {
        step();
        compare();
      }
      StoreInvariants.check(store);
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError(
          "seed %d fails after %d steps: %s%nhistory:%n  %s"
              .formatted(seed, history.size(), e.getMessage(), String.join("\n  ", history)),
          e);
    }
  }

  private void step() {
    var kind = draw.below(100);
    if (kind < 18) {
      enqueue();
    } else if (kind < 38) {
      claim();
    } else if (kind < 58) {
      settle();
    } else if (kind < 63) {
      resend();
    } else if (kind < 71) {
      pass();
    } else if (kind < 77) {
      promote();
    } else if (kind < 84) {
      reclaim();
    } else if (kind < 89) {
      cancel();
    } else if (kind < 92) {
      triage();
    } else if (kind < 96) {
      renew();
    } else {
      comeOrGo();
    }
  }

  private void enqueue() {
    var tasks = new ArrayList<NewTask>();
    for (var i = draw.below(4); i >= 0; i--) {
      tasks.add(draw.task());
    }
    record("enqueue", tasks);
    oracle.enqueue(tasks, store.enqueue(tasks));
  }

  private void claim() {
    var worker = draw.pick(actors);
    var quotas = new ArrayList<Quota>();
    quotas.add(new Quota(Spec.DEFAULT_QUEUE, 1 + draw.below(3)));
    quotas.add(draw.below(2), new Quota("mail", 1 + draw.below(3)));
    var request = worker.request(quotas);
    record("claim by " + worker.id(), request);
    var answer = store.claim(request);
    new OracleClaim(oracle, visible()).check(request, answer);
    // Some answers are lost on their way: their tasks stay with the worker, which knows nothing.
    if (answer instanceof ClaimAnswer.Taken(var tasks, var moved, var retryIn)
        && draw.below(8) > 0) {
      tasks.forEach(task -> open.put(task, worker));
    }
  }

  private void settle() {
    var settlements = new ArrayList<Settlement>();
    var ids = new HashSet<Long>();
    for (var i = draw.below(3); i >= 0 && !open.isEmpty(); i--) {
      var task = draw.pick(List.copyOf(open.keySet()));
      if (ids.add(task.resultId())) {
        open.remove(task);
        settlements.add(ScriptedWorker.settlement(task, draw.outcome()));
      }
    }
    send(settlements);
  }

  private void resend() {
    if (!sent.isEmpty()) {
      send(List.of(draw.pick(sent)));
    }
  }

  private void send(List<Settlement> settlements) {
    record("settle", settlements);
    var answers = store.settle(settlements);
    Oracle.require(answers.size() == settlements.size(), "one answer each, got " + answers);
    for (var i = 0; i < settlements.size(); i++) {
      var settlement = settlements.get(i);
      Set<Settled> right = oracle.settle(settlement, sent.contains(settlement));
      Oracle.require(
          right.contains(answers.get(i)),
          "one of " + right + " for " + settlement + ", got " + answers.get(i));
      sent.add(settlement);
    }
  }

  private void pass() {
    var span = draw.pick(List.of(1, 2, 5, 16, 26));
    if (draw.below(8) == 0) {
      var step = draw.below(40) - 20;
      record("step the wall clock", step);
      clock.stepWall(Duration.ofSeconds(step));
    } else {
      record("pass", span);
      clock.advance(Duration.ofSeconds(span));
    }
  }

  private void promote() {
    var limit = draw.below(2) == 0 ? 100 : 1 + draw.below(3);
    record("promote", limit);
    same("promoted", oracle.promote(limit), store.promote(limit));
  }

  private void reclaim() {
    record("reclaim", "");
    same("observer's heartbeat", oracle.renew(observer.incarnation()), observer.renew());
    var reclaimed = store.reclaim(observer.incarnation());
    same("reclaimed", oracle.reclaim(observer.incarnation()), Set.copyOf(reclaimed));
  }

  private void cancel() {
    var known = List.copyOf(oracle.tasks.keySet());
    var ids = new ArrayList<Long>();
    ids.add(known.isEmpty() || draw.below(10) == 0 ? 987_654_321L : draw.pick(known));
    if (!open.isEmpty() && draw.below(2) == 0) {
      var running = draw.pick(List.copyOf(open.keySet())).resultId();
      if (!ids.contains(running)) {
        ids.add(running);
      }
    }
    record("cancel", ids);
    same("cancelled", ids.stream().map(oracle::cancel).toList(), store.cancel(ids));
  }

  /// Retries or discards one failed task and one of any kind.
  private void triage() {
    var failed =
        oracle.tasks.values().stream()
            .filter(task -> task.place.status() == TaskStatus.FAILED)
            .map(task -> task.id)
            .toList();
    var known = List.copyOf(oracle.tasks.keySet());
    var ids = new LinkedHashSet<Long>();
    ids.add(known.isEmpty() ? 987_654_321L : draw.pick(known));
    if (!failed.isEmpty()) {
      ids.add(draw.pick(failed));
    }
    var all = List.copyOf(ids);
    if (draw.below(3) == 0) {
      record("discard", all);
      same("discarded", all.stream().map(oracle::discard).toList(), store.discard(all));
    } else {
      record("retry", all);
      same("retried", oracle.retry(all), store.retry(all));
    }
  }

  private void renew() {
    var worker = draw.pick(actors);
    record("renew", worker.id());
    same("heartbeat", oracle.renew(worker.incarnation()), worker.renew());
  }

  /// Workers join, leave, or are killed: those never act again, and their attempts never end.
  private void comeOrGo() {
    if (actors.size() < MOST_WORKERS || draw.below(3) == 0) {
      join(draw.pick(ROLES));
      return;
    }
    var worker = actors.remove(draw.below(actors.size()));
    if (draw.below(2) == 0) {
      record("kill", worker.id());
      open.values().removeIf(holder -> holder == worker);
    } else {
      record("leave", worker.id());
      worker.leave();
      oracle.leave(worker.incarnation());
    }
  }

  private void join(Routing role) {
    joined++;
    var worker = new ScriptedWorker(store, draw.uuid(), "w" + joined, role);
    record("join " + worker.id(), role);
    actors.add(worker);
    worker.join();
    oracle.join(worker);
  }

  private void compare() {
    var runs = StoreInvariants.all(store);
    var lines = new ArrayList<>(oracle.differences(runs, store.counts()));
    var found = new Differences("store");
    found.compare("workers", expectedWorkers(), shownWorkers());
    for (var worker : actors) {
      var incarnation = worker.incarnation();
      found.compare(
          "cancel requests of " + worker.id(),
          oracle.cancelRequests(incarnation),
          store.cancelRequests(incarnation));
    }
    lines.addAll(found.lines());
    if (!lines.isEmpty()) {
      throw new AssertionError(String.join("\n  ", lines));
    }
  }

  private Map<UUID, List<Object>> expectedWorkers() {
    var expected = new HashMap<UUID, List<Object>>();
    for (var worker : oracle.workers.values()) {
      var running =
          (int) oracle.tasks.values().stream().filter(task -> task.worker == worker).count();
      expected.put(
          worker.incarnation(), List.of(worker.id(), worker.leasedUntil, running, worker.beats));
    }
    return expected;
  }

  private Map<UUID, List<Object>> shownWorkers() {
    return store.workers().stream()
        .collect(Collectors.toMap(row -> row.info().incarnation(), ModelRun::shown));
  }

  private static List<Object> shown(WorkerRow row) {
    return List.of(row.info().workerId(), row.leasedUntil(), row.running(), row.beats());
  }

  private Map<Long, TaskRun> visible() {
    return StoreInvariants.all(store).stream()
        .collect(Collectors.toMap(TaskRun::resultId, Function.identity()));
  }

  private void record(String what, Object of) {
    history.add(clock + " " + what + " " + of);
  }
}
