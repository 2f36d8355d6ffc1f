package io.reproq.testkit;

import io.reproq.json.Json;
import io.reproq.memory.MemoryStore;
import io.reproq.retry.RetryPolicy;
import io.reproq.store.Enqueued;
import io.reproq.store.NewTask;
import io.reproq.store.StoreProvider.Settings;
import io.reproq.store.TaskRun;
import io.reproq.store.TaskStore;
import io.reproq.task.Outcome;
import io.reproq.task.Spec;
import io.reproq.worker.Attempt;
import io.reproq.worker.AttemptHandler;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;

/// What tests of the engine begin with: a store in memory, a clock, and workers that take one step
/// at a time. After each test the store must be sound.
abstract class EngineStage {
  static final Outcome DONE = new Outcome.Succeeded(new Json("\"done\""));
  static final RetryPolicy TWO_TRIES =
      RetryPolicy.DEFAULT.withMaxAttempts(2).withBase(Duration.ofSeconds(10));

  final SettableClock clock = new SettableClock();
  final TaskStore store = new MemoryStore(Settings.defaults().withTime(clock).withMigrate(false));

  @AfterEach
  void the_store_is_sound() {
    StoreInvariants.check(store);
    store.close();
  }

  ManualWorker worker(AttemptHandler handler) {
    return worker(store, handler);
  }

  ManualWorker worker(TaskStore on, AttemptHandler handler) {
    return ManualWorker.of("w").handle("greet", handler).enter(on, clock);
  }

  ManualWorker recording(List<Attempt> ran) {
    return worker(attempt -> {
      ran.add(attempt);
      return DONE;
    });
  }

  long enqueue(Spec.Builder spec) {
    return enqueue(spec, 1).getFirst();
  }

  List<Long> enqueue(Spec.Builder spec, int count) {
    var tasks = IntStream.range(0, count).mapToObj(i -> NewTask.of(spec.build())).toList();
    return store.enqueue(tasks).stream().map(Enqueued::resultId).toList();
  }

  TaskRun get(long id) {
    return store.find(List.of(id)).getFirst();
  }
}
