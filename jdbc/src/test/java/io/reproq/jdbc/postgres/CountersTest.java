package io.reproq.jdbc.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.json.Json;
import io.reproq.store.QueueStatus;
import io.reproq.store.StoreProvider.Settings;
import io.reproq.store.TaskStore;
import io.reproq.task.Outcome;
import io.reproq.task.TaskStatus;
import io.reproq.testkit.SettableClock;
import io.reproq.testkit.StoreInvariants;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// Counters that are appended to by everybody, and put together by whoever comes by.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class CountersTest {
  private static final TestDatabase DATABASE = TestServer.fresh();

  /// What is put together stays below this: what one look puts up with, and what comes beside it.
  private static final long FEW = 2_000;

  private final SettableClock clock = new SettableClock();
  private TaskStore store;

  @BeforeEach
  void begin() {
    store = DATABASE.openEmpty(Settings.defaults().withTime(clock));
  }

  @AfterEach
  void end() {
    store.close();
  }

  @Test
  void do_not_grow_under_load_and_are_exact_at_every_moment() throws Exception {
    var writers = 3;
    var rounds = 250;
    var observer = Actors.join(store);
    var left = new AtomicInteger(writers);
    var work = new ArrayList<Callable<Long>>();
    for (var i = 0; i < writers; i++) {
      var worker = Actors.join(store);
      work.add(() -> write(worker, rounds, left));
    }
    work.add(() -> look(observer, left));

    try (var threads = Executors.newFixedThreadPool(work.size())) {
      for (var written : threads.invokeAll(work)) {
        assertThat(written.get()).isLessThanOrEqualTo(FEW);
      }
    }

    StoreInvariants.check(store);
    assertThat(total()).isEqualTo((long) writers * rounds);
  }

  @Test
  void put_together_what_others_have_added_however_much_it_is() {
    var observer = Actors.join(store);
    DATABASE.sql(
        "INSERT INTO reproq.counter_delta SELECT 'q', 'READY', CASE g % 2 WHEN 0 THEN 2 ELSE -1 END"
            + " FROM generate_series(1, 50000) g");
    clock.advance(Duration.ofMinutes(1));

    for (var look = 0; look < 4; look++) {
      store.reclaim(observer);
    }

    assertThat(changes()).isLessThanOrEqualTo(10);
    assertThat(store.counts()).isEqualTo(Map.of(new QueueStatus("q", TaskStatus.READY), 25_000L));
    DATABASE.sql("TRUNCATE reproq.counter_delta");
  }

  /// One task at a time from its enqueueing to its end.
  private long write(UUID worker, int rounds, AtomicInteger left) {
    try {
      for (var round = 0; round < rounds; round++) {
        Actors.enqueue(store, 1);
        store.settle(
            Actors.claim(store, worker, 1).stream()
                .map(task -> Actors.settlement(task, new Outcome.Succeeded(Json.NULL)))
                .toList());
      }
      return 0;
    } finally {
      left.decrementAndGet();
    }
  }

  /// Looks after the database while others write, and tells how many changes there were at most.
  private long look(UUID observer, AtomicInteger left) {
    var most = 0L;
    var before = 0L;
    while (left.get() > 0) {
      store.reclaim(observer);
      most = Math.max(most, changes());
      var now =
          Long.parseLong(
              DATABASE.sql("SELECT coalesce(sum(change), 0) FROM reproq.counter_delta").getFirst());
      assertThat(now).as("tasks, of which none is deleted").isGreaterThanOrEqualTo(before);
      before = now;
    }
    return most;
  }

  private long total() {
    return store.counts().values().stream().mapToLong(count -> count).sum();
  }

  private static long changes() {
    return Long.parseLong(DATABASE.sql("SELECT count(*) FROM reproq.counter_delta").getFirst());
  }
}
