package io.reproq.jdbc.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.clock.TimeSource;
import io.reproq.json.Json;
import io.reproq.store.NewTask;
import io.reproq.store.QueueStatus;
import io.reproq.store.Settled;
import io.reproq.store.StoreProvider.Settings;
import io.reproq.store.TaskStore;
import io.reproq.task.Outcome;
import io.reproq.task.Rank;
import io.reproq.task.Spec;
import io.reproq.task.TaskStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class SeveralStoresTest {
  private static final int TASKS = 2_000;

  @TempDir Path folder;
  Fixture fixture;

  @BeforeEach
  void begin() {
    fixture = new Fixture(folder);
  }

  @AfterEach
  void end() {
    fixture.close();
  }

  @Test
  void share_tasks_so_that_each_runs_once() throws Exception {
    var stores = List.of(fixture.open(), fixture.open(), fixture.open());
    var ids = Fixture.enqueue(stores.getFirst(), TASKS);
    var done = new ConcurrentLinkedQueue<Long>();

    try (var threads = Executors.newFixedThreadPool(stores.size())) {
      var calls = new ArrayList<Callable<Boolean>>();
      stores.forEach(store -> calls.add(() -> work(store, done)));
      for (var answer : threads.invokeAll(calls)) {
        answer.get();
      }
    }

    assertThat(done).containsExactlyInAnyOrderElementsOf(ids);
    assertThat(stores.getLast().counts())
        .isEqualTo(Map.of(new QueueStatus("default", TaskStatus.SUCCESSFUL), (long) TASKS));
  }

  private static boolean work(TaskStore store, Queue<Long> done) {
    var worker = Fixture.join(store);
    var tasks = Fixture.claim(store, worker, 37);
    while (!tasks.isEmpty()) {
      for (var task : tasks) {
        var settlement = Fixture.settlement(task, new Outcome.Succeeded(Json.NULL));
        if (store.settle(List.of(settlement)).getFirst() instanceof Settled.Applied) {
          done.add(task.resultId());
        }
      }
      tasks = Fixture.claim(store, worker, 37);
    }
    store.leave(worker);
    return true;
  }

  @Test
  void hear_of_each_others_work_and_of_anybody_elses() throws Exception {
    var one = fixture.open();
    var other = fixture.open();
    var calls = new AtomicInteger();
    var remove = other.onWork(calls::incrementAndGet);

    var before = calls.get();
    Fixture.enqueue(one, 1);
    Fixture.until("a commit of another store is noticed", () -> calls.get() > before);

    var between = calls.get();
    fixture.sql("INSERT INTO task_enqueue (task_path) VALUES ('sample.greet')");
    Fixture.until("a commit of another program is noticed", () -> calls.get() > between);

    remove.run();
    var own = new AtomicInteger();
    other.onWork(own::incrementAndGet);
    var after = calls.get();
    Fixture.enqueue(other, 1);
    Fixture.until("the store's own commit is noticed", () -> own.get() > 0);
    assertThat(calls.get()).isEqualTo(after);
  }

  @Test
  void are_not_woken_by_claims_that_bring_nothing() throws Exception {
    var store = fixture.open();
    var worker = Fixture.join(store);
    try (var observer = fixture.connect();
        var statement = observer.createStatement()) {
      var before = statement.executeQuery("PRAGMA data_version").getLong(1);

      Fixture.claim(store, worker, 10);
      store.promote(10);
      store.reclaim(worker);

      assertThat(statement.executeQuery("PRAGMA data_version").getLong(1)).isEqualTo(before);
    }
  }

  @Test
  void agree_on_the_order_that_the_last_explicit_one_set() throws Exception {
    var plain = fixture.open();
    var old = Fixture.enqueue(plain, Spec.of(Fixture.GREET));
    var urgent = Fixture.enqueue(plain, Spec.of(Fixture.GREET).priority(-1));
    var deferred =
        Fixture.enqueue(
            plain,
            NewTask.of(Spec.of(Fixture.GREET).priority(3).build()).after(Duration.ofDays(1)));

    fixture.open(new Settings(TimeSource.system(), new Rank(Duration.ZERO), true));
    var top = Fixture.enqueue(plain, Spec.of(Fixture.GREET).priority(1));

    assertThat(fixture.sql("SELECT value FROM setting")).containsExactly("0");
    assertThat(fixture.sql("SELECT result_id FROM ready ORDER BY rank"))
        .containsExactly(Long.toString(top), Long.toString(old), Long.toString(urgent));
    assertThat(
            fixture.sql(
                "SELECT count(*) FROM deferred d JOIN task_rank r USING (result_id)"
                    + " WHERE d.rank = r.rank AND result_id = "
                    + deferred))
        .containsExactly("1");
    fixture.open();
    assertThat(fixture.sql("SELECT value FROM setting")).containsExactly("0");
    fixture.open(new Settings(TimeSource.system(), Rank.DEFAULT, true));
    assertThat(fixture.sql("SELECT value FROM setting")).containsExactly("60000");
  }
}
