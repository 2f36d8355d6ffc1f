package io.reproq.jdbc.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.json.Json;
import io.reproq.retry.RetryPolicy;
import io.reproq.store.ClaimedTask;
import io.reproq.store.NewTask;
import io.reproq.store.StoreProvider.Settings;
import io.reproq.store.TaskStore;
import io.reproq.task.Failure;
import io.reproq.task.FailureKind;
import io.reproq.task.Limits;
import io.reproq.task.Outcome;
import io.reproq.task.Spec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// Many claim and settle at once what is tied to a few keys.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class KeysConcurrencyTest {
  private static final TestDatabase DATABASE = TestServer.fresh();
  private static final int CLAIMERS = 6;
  private static final int ROUNDS = 150;

  /// All attempts that are over, with their keys: those that failed have left a failure.
  private static final String INTERVALS =
      """
      WITH attempt AS MATERIALIZED (
      SELECT t.result_id, t.lock_key, t.concurrency_key, f.last_attempted_at AS start,
        f.finished_at AS "end"
      FROM reproq.finished f JOIN reproq.task t ON t.result_id = f.result_id
      WHERE f.status = 'SUCCESSFUL'
      UNION ALL
      SELECT t.result_id, t.lock_key, t.concurrency_key, e.started_at, e.at
      FROM reproq.failure e JOIN reproq.task t ON t.result_id = e.result_id
      WHERE e.started_at IS NOT NULL)
      SELECT (SELECT count(*) FROM attempt), (SELECT count(*) FROM attempt a JOIN attempt b
        ON b.lock_key = a.lock_key AND (b.result_id, b.start) <> (a.result_id, a.start)
        WHERE a.start >= b.start AND a.start < b."end"),
      (SELECT coalesce(max(beside), 0) FROM (
        SELECT (SELECT count(*) FROM attempt b WHERE b.concurrency_key = a.concurrency_key
          AND a.start >= b.start AND a.start < b."end") AS beside FROM attempt a) c)
      """;

  private final ExecutorService threads = Executors.newFixedThreadPool(CLAIMERS);
  private TaskStore store;

  @BeforeEach
  void begin() {
    store = DATABASE.openEmpty(Settings.defaults());
  }

  @AfterEach
  void end() {
    threads.shutdownNow();
    store.close();
  }

  @Test
  void claimers_that_come_at_once_never_share_a_lock_nor_exceed_a_limit() throws Exception {
    var stores = stores();
    for (var round = 0; round < ROUNDS; round++) {
      enqueue(CLAIMERS, new Limits("lock" + round, null, 0));
      enqueue(CLAIMERS, new Limits(null, "slot" + round, 2));
      var claims = new ArrayList<Callable<List<ClaimedTask>>>();
      for (var other : stores) {
        claims.add(() -> Actors.claim(other.store, other.worker, 3));
      }

      var taken = new ArrayList<ClaimedTask>();
      for (var claim : threads.invokeAll(claims)) {
        taken.addAll(claim.get());
      }

      assertThat(holders("lock_key = 'lock" + round + "'"))
          .as("round %d", round)
          .isLessThanOrEqualTo(1);
      assertThat(holders("slot_key = 'slot" + round + "'"))
          .as("round %d", round)
          .isLessThanOrEqualTo(2);
      assertThat(holders("coalesce(lock_key, slot_key) IS NOT NULL")).isEqualTo(taken.size());
      store.settle(taken.stream().map(t -> Actors.settlement(t, done())).toList());
      drain(stores.getFirst());
    }
    stores.forEach(other -> other.store.close());
  }

  @Test
  void intervals_never_overlap_beyond_the_limit_and_everything_is_done() throws Exception {
    var random = new Random(7);
    for (var i = 0; i < 1200; i++) {
      enqueue(
          1,
          new Limits(
              random.nextInt(3) == 0 ? null : "l" + random.nextInt(12),
              random.nextInt(3) == 0 ? null : "s" + random.nextInt(5),
              3));
    }
    var stores = stores();
    var work = new ArrayList<Callable<Void>>();
    for (var other : stores) {
      work.add(() -> workUntilAllIsDone(other));
    }

    for (var result : threads.invokeAll(work)) {
      result.get();
    }

    var found = intervals();
    assertThat(found.get(0)).as("attempts").isGreaterThanOrEqualTo(1200);
    assertThat(found.get(1)).as("attempts beside another of their lock").isZero();
    assertThat(found.get(2)).as("most attempts at once under a limit").isBetween(2L, 3L);
    assertThat(DATABASE.sql("SELECT * FROM reproq.running")).isEmpty();
    stores.forEach(other -> other.store.close());
  }

  @Test
  void who_parks_while_the_last_holder_lets_go_is_not_forgotten() throws Exception {
    var stores = stores();
    var anna = stores.getFirst();
    var ben = stores.getLast();
    for (var round = 0; round < ROUNDS; round++) {
      enqueue(2, new Limits("a", null, 0));
      var held = Actors.claim(anna.store, anna.worker, 1);
      List<Callable<Integer>> race =
          List.of(
              () ->
                  anna.store
                      .settle(held.stream().map(t -> Actors.settlement(t, done())).toList())
                      .size(),
              () -> {
                var taken = Actors.claim(ben.store, ben.worker, 1);
                ben.store.settle(taken.stream().map(t -> Actors.settlement(t, done())).toList());
                return taken.size();
              });

      var sizes = new ArrayList<Integer>();
      for (var result : threads.invokeAll(race)) {
        sizes.add(result.get());
      }

      // Taken by Ben, or ready: never parked with nobody to wake it.
      assertThat(sizes.getLast() + Actors.claim(anna.store, anna.worker, 1).size()).isEqualTo(1);
      DATABASE.sql("TRUNCATE reproq.running");
    }
    stores.forEach(other -> other.store.close());
  }

  private Void workUntilAllIsDone(Other other) {
    var random = new Random(other.worker.getLeastSignificantBits());
    var idle = new AtomicInteger();
    Actors.until(
        "all is done",
        Duration.ofMillis(1),
        () -> {
          var tasks = Actors.claim(other.store, other.worker, 1 + random.nextInt(8));
          for (var task : tasks) {
            var outcome =
                task.attempt() == 1 && random.nextInt(5) == 0
                    ? new Outcome.Failed(Failure.of(FailureKind.APP_ERROR, "boom"), true)
                    : done();
            other.store.settle(List.of(Actors.settlement(task, outcome)));
          }
          var isIdle = tasks.isEmpty() && idle.incrementAndGet() % 20 == 0;
          if (isIdle) {
            other.store.promote(100);
          }
          return isIdle && Actors.unfinished(other.store) == 0;
        });
    return null;
  }

  private void drain(Other other) {
    for (var left = 0; left < 4 * CLAIMERS; left++) {
      var tasks = Actors.claim(other.store, other.worker, 20);
      other.store.settle(tasks.stream().map(t -> Actors.settlement(t, done())).toList());
    }
    assertThat(Actors.unfinished(store)).isZero();
  }

  private static List<Other> stores() {
    var all = new ArrayList<Other>();
    for (var i = 0; i < CLAIMERS; i++) {
      var other = DATABASE.open(Settings.defaults());
      all.add(new Other(other, Actors.join(other)));
    }
    return all;
  }

  private void enqueue(int count, Limits limits) {
    var spec =
        Spec.of(Actors.GREET)
            .limits(limits)
            .retry(RetryPolicy.DEFAULT.withBase(Duration.ZERO))
            .build();
    store.enqueue(Collections.nCopies(count, NewTask.of(spec)));
  }

  private static Outcome done() {
    return new Outcome.Succeeded(Json.NULL);
  }

  private static int holders(String condition) {
    return Integer.parseInt(
        DATABASE.sql("SELECT count(*) FROM reproq.running WHERE " + condition).getFirst());
  }

  private static List<Long> intervals() {
    var row = DATABASE.sql(INTERVALS).getFirst();
    return Pattern.compile("\\|").splitAsStream(row).map(Long::valueOf).toList();
  }

  /// One process.
  private record Other(TaskStore store, UUID worker) {}
}
