package io.reproq.testkit;

import io.reproq.json.Json;
import io.reproq.store.ClaimRequest.Routing;
import io.reproq.store.ClaimedTask;
import io.reproq.store.Enqueued;
import io.reproq.store.NewTask;
import io.reproq.store.Reclaimed;
import io.reproq.store.StoreProvider.Settings;
import io.reproq.store.TaskRun;
import io.reproq.store.TaskStore;
import io.reproq.task.Failure;
import io.reproq.task.FailureKind;
import io.reproq.task.Outcome;
import io.reproq.task.Rank;
import io.reproq.task.Spec;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// An empty store on a settable clock, and the few moves that the tests of a store are made of.
final class Stage {
  /// A path that workers handle when nothing else is said.
  static final String GREET = "sample.greet";

  /// What goes wrong when nothing else is said.
  static final Failure BOOM =
      new Failure(
          FailureKind.APP_ERROR, "IllegalStateException", "boom", "at Sample.greet(Sample.java)");

  /// Listeners may be called from any thread; seconds.
  private static final int PATIENCE = 10;

  private final SettableClock clock = new SettableClock();
  private @Nullable Function<Settings, TaskStore> opener;
  private @Nullable TaskStore store;

  /// Says how to come to a store.
  void opensWith(Function<Settings, TaskStore> open) {
    opener = open;
  }

  SettableClock clock() {
    return clock;
  }

  /// The store, opened at its first use.
  TaskStore store() {
    return store(Rank.DEFAULT);
  }

  /// The store, opened at its first use, with queues that are ordered by `rank`.
  TaskStore store(Rank rank) {
    var known = store;
    if (known == null) {
      known =
          Objects.requireNonNull(opener, "opensWith comes first")
              .apply(new Settings(clock, rank, true));
      store = known;
    }
    return known;
  }

  /// A living worker that handles [#GREET] and nothing else.
  ScriptedWorker worker(String id) {
    return worker(id, new Routing(Set.of(GREET), false));
  }

  /// A living worker.
  ScriptedWorker worker(String id, Routing routing) {
    var worker = new ScriptedWorker(store(), UUID.randomUUID(), id, routing);
    worker.join();
    return worker;
  }

  /// A living worker that has handlers for `paths` and no executor for others.
  ScriptedWorker handling(String id, String... paths) {
    return worker(id, new Routing(Set.of(paths), false));
  }

  /// Enqueues one task and returns its id.
  long enqueue(NewTask task) {
    return enqueueAll(List.of(task)).getFirst();
  }

  /// Enqueues one plain task of `spec`.
  long enqueue(Spec.Builder spec) {
    return enqueue(NewTask.of(spec.build()));
  }

  /// Enqueues one plain greeting.
  long enqueue() {
    return enqueue(Spec.of(GREET));
  }

  /// Enqueues `tasks` and returns the ids to follow, in order.
  List<Long> enqueueAll(List<NewTask> tasks) {
    return store().enqueue(tasks).stream().map(Enqueued::resultId).toList();
  }

  /// A claimed greeting of one attempt or more, as `worker` holds it.
  ClaimedTask running(ScriptedWorker worker) {
    var id = enqueue();
    var task = worker.claimOne();
    if (task.resultId() != id) {
      throw new AssertionError("claimed " + task + " where only task " + id + " should be ready");
    }
    return task;
  }

  /// An attempt that succeeds with `null`.
  static Outcome success() {
    return new Outcome.Succeeded(Json.NULL);
  }

  /// An attempt that fails and is worth another.
  static Outcome failure() {
    return new Outcome.Failed(BOOM, true);
  }

  /// The task with that id, which must be there.
  TaskRun get(long resultId) {
    var found = store().find(List.of(resultId));
    if (found.size() != 1) {
      throw new AssertionError("find(" + resultId + ") should bring one task, brought " + found);
    }
    return found.getFirst();
  }

  /// Lets time pass until everybody who does not renew meanwhile is dead, `observer` apart, and has
  /// been found so by it.
  List<Reclaimed> outlive(ScriptedWorker observer) {
    return outlive(observer, () -> {});
  }

  /// The same; `meanwhile` happens when all leases have lapsed and nobody has looked yet.
  List<Reclaimed> outlive(ScriptedWorker observer, Runnable meanwhile) {
    store().reclaim(observer.incarnation());
    clock.advance(ScriptedWorker.LEASE.plus(ScriptedWorker.HEARTBEAT.multipliedBy(2)));
    meanwhile.run();
    return store().reclaim(observer.incarnation());
  }

  /// Does `what`, of which the store must tell its listeners.
  void hears(Runnable what) {
    var heard = new CountDownLatch(1);
    var remove = store().onWork(heard::countDown);
    what.run();
    try {
      if (!heard.await(PATIENCE, TimeUnit.SECONDS)) {
        throw new AssertionError("a listener should have heard of it, but did not");
      }
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted while a listener should have heard of it", e);
    } finally {
      remove.run();
    }
  }

  void advance(Duration span) {
    clock.advance(span);
  }

  /// Checks what must hold at all times, and closes the store.
  void close() {
    var known = store;
    if (known != null) {
      store = null;
      try {
        StoreInvariants.check(known);
      } finally {
        known.close();
      }
    }
  }
}
