package io.reproq.testkit;

import static io.reproq.testkit.Oracle.require;
import static io.reproq.testkit.Oracle.same;

import io.reproq.store.CancelAnswer;
import io.reproq.store.ClaimedTask;
import io.reproq.store.NewTask;
import io.reproq.store.NewTask.Moment;
import io.reproq.store.NewWorkflow;
import io.reproq.store.Retried;
import io.reproq.store.Settled;
import io.reproq.store.Settlement;
import io.reproq.store.TaskQuery;
import io.reproq.store.TaskRun;
import io.reproq.store.TaskStore;
import io.reproq.task.Failure;
import io.reproq.task.Outcome;
import io.reproq.task.Spec;
import io.reproq.task.TaskStatus;
import io.reproq.testkit.WorkflowOracle.Member;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;

/// One workflow and what becomes of it, drawn from a seed, on a store and a [WorkflowOracle] side
/// by side. They are compared after every step. At its end all of the workflow is over.
final class WorkflowHistory {
  private static final int MOST_MEMBERS = 12;
  private static final int STEPS = 14;
  private static final String ALARM = "sample.alarm";

  private final long seed;
  private final Draw draw;
  private final Stage stage;
  private final TaskStore store;
  private final ScriptedWorker worker;
  private final boolean isTimed;
  private final WorkflowOracle oracle;
  private final Map<Long, ClaimedTask> running = new LinkedHashMap<>();
  private final List<String> history = new ArrayList<>();
  private UUID workflowId = new UUID(0, 0);

  /// @param worker claims nothing else
  WorkflowHistory(long seed, Stage stage, ScriptedWorker worker) {
    this.seed = seed;
    this.draw = new Draw(seed);
    this.stage = stage;
    this.store = stage.store();
    this.worker = worker;
    this.isTimed = draw.below(3) == 0;
    this.oracle = new WorkflowOracle(draw.below(2) == 0);
  }

  /// Enqueues it, and goes on until it is over.
  ///
  /// @throws AssertionError at the first difference, with the seed and the history that led to it
  void play() {
    try {
      var alarms = alarms();
      enqueue();
      compare();
      for (var step = 0; step < STEPS; step++) {
        step();
        compare();
      }
      while (!oracle.isOver()) {
        finish();
        compare();
      }
      same("alarms", oracle.failures(), alarms() - alarms);
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError(
          "workflow of seed %d fails: %s%nhistory:%n  %s"
              .formatted(seed, e.getMessage(), String.join("\n  ", history)),
          e);
    }
  }

  private void enqueue() {
    var size = 2 + draw.below(MOST_MEMBERS - 1);
    var members = new ArrayList<NewWorkflow.Member>();
    for (var i = 0; i < size; i++) {
      members.add(new NewWorkflow.Member(task(), predecessors(i, size)));
    }
    var alarm = NewTask.of(Spec.of(ALARM).queue("alarms").build());
    var callback = oracle.expectsCallback() ? (Integer) (size - 1) : null;
    var enqueued = store.enqueueWorkflow(new NewWorkflow(members, callback, alarm));
    workflowId = enqueued.workflowId();
    for (var i = 0; i < size; i++) {
      var member = members.get(i);
      var expiry = member.task().expiry();
      var now = stage.clock().now();
      var expiresAt = expiry == null ? null : now.plus(expiry.from(now));
      oracle.add(enqueued.resultIds().get(i), member.predecessors(), expiresAt);
      note("member", enqueued.resultIds().get(i) + " after " + member.predecessors());
    }
  }

  private NewTask task() {
    var life =
        isTimed && draw.below(3) == 0
            ? new Moment.After(Duration.ofSeconds(1 + draw.below(10)))
            : null;
    return NewTask.of(Spec.of(Stage.GREET).build()).expiring(life);
  }

  private List<Integer> predecessors(int index, int size) {
    if (oracle.expectsCallback() && index == size - 1) {
      return IntStream.range(0, index).boxed().toList();
    }
    var oneIn = 1 + draw.below(4);
    return IntStream.range(0, index).filter(each -> draw.below(oneIn) == 0).boxed().toList();
  }

  private void step() {
    var kind = draw.below(12);
    if (kind < 3) {
      claim(1 + draw.below(4));
    } else if (kind < 6) {
      settle();
    } else if (kind < 7) {
      cancel();
    } else if (kind < 10) {
      retry();
    } else if (kind < 11) {
      discard();
    } else {
      var span = Duration.ofSeconds(1 + draw.below(4));
      note("pass", span);
      stage.advance(span);
    }
    if (isTimed) {
      expire();
    }
  }

  /// Goes on without anything going wrong that has not yet, but for time.
  private void finish() {
    claim(MOST_MEMBERS);
    require(!running.isEmpty() || oracle.isOver(), "something to run while something is not over");
    settle(List.copyOf(running.values()), task -> Stage.success());
    if (isTimed) {
      expire();
    }
  }

  private void expire() {
    store.promote(100);
    oracle.expire(stage.clock().now());
  }

  private void claim(int limit) {
    var tasks = worker.claim(limit);
    note("claimed", tasks.stream().map(ClaimedTask::resultId).toList());
    same("claimed", Math.min(limit, oracle.in(TaskStatus.READY).size()), tasks.size());
    for (var task : tasks) {
      var member = oracle.member(task.resultId());
      same("status of claimed " + member.id, TaskStatus.READY, member.status);
      member.status = TaskStatus.RUNNING;
      running.put(member.id, task);
    }
  }

  private void settle() {
    var tasks = new LinkedHashSet<ClaimedTask>();
    for (var i = draw.below(3); i >= 0 && !running.isEmpty(); i--) {
      tasks.add(draw.pick(List.copyOf(running.values())));
    }
    settle(List.copyOf(tasks), task -> outcome());
  }

  private void settle(List<ClaimedTask> tasks, Ending ending) {
    var settlements = new ArrayList<Settlement>();
    for (var task : tasks) {
      var outcome = ending.of(task);
      note("settle " + task.resultId(), outcome.getClass().getSimpleName());
      settlements.add(ScriptedWorker.settlement(task, outcome));
      running.remove(task.resultId());
      oracle.settle(oracle.member(task.resultId()), end(outcome));
    }
    oracle.spread();
    for (var answer : store.settle(settlements)) {
      require(answer instanceof Settled.Applied, "every settlement applied, got " + answer);
    }
  }

  private Outcome outcome() {
    return switch (draw.below(8)) {
      case 0, 1, 2, 3 -> Stage.success();
      case 4, 5 -> new Outcome.Failed(Stage.BOOM, false);
      case 6 -> new Outcome.Cancelled(Failure.CANCELLED);
      default -> new Outcome.GivenBack();
    };
  }

  private static TaskStatus end(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Succeeded success -> TaskStatus.SUCCESSFUL;
      case Outcome.Failed failure -> TaskStatus.FAILED;
      case Outcome.Cancelled cancel -> TaskStatus.CANCELLED;
      case Outcome.GivenBack back -> TaskStatus.READY;
      case Outcome.Snoozed snooze -> throw new IllegalArgumentException("is not drawn");
    };
  }

  private void cancel() {
    var chosen = new LinkedHashSet<Member>();
    for (var i = draw.below(3); i >= 0; i--) {
      chosen.add(draw.pick(oracle.members));
    }
    var ids = ids(chosen);
    note("cancel", ids);
    List<CancelAnswer> expected = chosen.stream().map(oracle::cancel).toList();
    oracle.spread();
    same("cancelled", expected, store.cancel(ids));
  }

  private void retry() {
    var failed = oracle.in(TaskStatus.FAILED);
    var chosen = new LinkedHashSet<Member>();
    chosen.add(draw.pick(failed.isEmpty() ? oracle.members : failed));
    if (draw.below(2) == 0) {
      chosen.add(draw.pick(oracle.members));
    }
    var ids = ids(chosen).stream().sorted().toList();
    note("retry", ids);
    var answers = store.retry(ids);
    var back = new HashSet<Member>();
    for (var i = 0; i < ids.size(); i++) {
      check(oracle.member(ids.get(i)), answers.get(i), back);
    }
  }

  /// @param back what waits again for one that was retried before
  private void check(Member member, Retried answer, Set<Member> back) {
    if (back.contains(member)) {
      same("retried " + member.id, new Retried.Waiting(), answer);
    } else if (member.status != TaskStatus.FAILED) {
      same("retried " + member.id, new Retried.NotFailed(), answer);
    } else if (answer instanceof Retried.Blocked(var failedId)) {
      var obstacle = oracle.member(failedId);
      require(member.hasBadPredecessor(), "retried " + member.id + ", got " + answer);
      require(
          obstacle.isBad() && !obstacle.hasBadPredecessor(),
          "what blocks " + member.id + " failed by itself, got " + answer);
    } else {
      same("retried " + member.id, new Retried.Ready(), answer);
      require(!member.hasBadPredecessor(), member.id + " is blocked, got " + answer);
      back.addAll(oracle.retry(member));
    }
  }

  private void discard() {
    var failed = oracle.in(TaskStatus.FAILED);
    var member = draw.pick(failed.isEmpty() ? oracle.members : failed);
    note("discard", member.id);
    same("discarded", List.of(oracle.discard(member)), store.discard(List.of(member.id)));
  }

  private void compare() {
    var found = new Differences("workflow");
    for (var run : store.find(ids(oracle.members))) {
      var member = oracle.member(run.resultId());
      found.compare("member " + member.id, expected(member), shown(run));
    }
    var run = store.findWorkflow(workflowId).orElseThrow();
    found.compare("status", oracle.status(), run.status());
    found.compare("expected", oracle.expected(), run.expected());
    found.compare("ended", oracle.ended(), run.ended());
    found.compare("callback", oracle.callback(), run.callback());
    if (!found.lines().isEmpty()) {
      throw new AssertionError(String.join("\n  ", found.lines()));
    }
  }

  private static List<Object> expected(Member member) {
    var place =
        member.status.isTerminal() ? "finished" : member.status.name().toLowerCase(Locale.ROOT);
    var waits = member.status == TaskStatus.WAITING ? member.waitCount() : 0;
    return List.of(member.status, place, waits, member.cancelRequested);
  }

  private static List<Object> shown(TaskRun run) {
    var standing = run.standing();
    var waits = standing.status() == TaskStatus.WAITING ? standing.waitCount() : 0;
    return List.of(standing.status(), standing.place(), waits, standing.cancelRequested());
  }

  private int alarms() {
    return store.list(TaskQuery.first(10_000).ofPath(ALARM)).size();
  }

  private static List<Long> ids(Iterable<Member> members) {
    var ids = new ArrayList<Long>();
    members.forEach(member -> ids.add(member.id));
    return ids;
  }

  private void note(String what, Object of) {
    history.add(stage.clock() + " " + what + " " + of);
  }

  /// How an attempt ends.
  @FunctionalInterface
  private interface Ending {
    Outcome of(ClaimedTask task);
  }
}
