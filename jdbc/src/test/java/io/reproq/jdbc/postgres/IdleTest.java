package io.reproq.jdbc.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.clock.TimeSource;
import io.reproq.store.NewTask;
import io.reproq.store.Promoted;
import io.reproq.store.StoreProvider.Settings;
import io.reproq.store.TaskStore;
import io.reproq.task.Spec;
import io.reproq.worker.WorkerConfig;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// What a worker costs that has nothing to do, and that it misses nothing.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class IdleTest {
  private static final TestDatabase DATABASE = TestServer.fresh();
  private static final Duration LOOK = Duration.ofMillis(50);

  /// Transactions that are begun meanwhile are counted up to a second late.
  private static final Duration WHILE = Duration.ofSeconds(6);

  private static final int LOOKS = 3;
  private static final double PROMISED = 2;
  private static final double ROOM = 0.6;

  private TaskStore store;

  @BeforeEach
  void begin() {
    store = DATABASE.openEmpty(Settings.defaults());
  }

  @AfterEach
  void end() {
    store.close();
  }

  @Test
  void a_worker_asks_no_more_than_twice_a_second() {
    try (var worker =
        LiveWorker.start(
            WorkerConfig.defaults("anna"), DATABASE.open(Settings.defaults()), LiveWorker.DONE)) {
      // It begins as one that expects work.
      pass(Duration.ofSeconds(3));
      // The server's own cleaning counts as well, now and then: never three times in a row.
      var each = Double.MAX_VALUE;
      for (var look = 0; look < LOOKS && each > PROMISED + ROOM; look++) {
        var before = transactions();
        pass(WHILE);
        each = (transactions() - before) / (double) WHILE.toSeconds();
      }

      assertThat(each).isLessThanOrEqualTo(PROMISED + ROOM);
      assertThat(worker.running()).isZero();
    }
  }

  @Test
  void a_task_that_is_deferred_here_is_seen_at_once() {
    store.reclaim(Actors.join(store));
    assertThat(store.promote(10)).isEqualTo(new Promoted(0, null));

    store.enqueue(List.of(greeting(Duration.ofSeconds(9))));

    assertThat(store.promote(10).nextDue()).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(9));
  }

  @Test
  void a_task_that_is_deferred_elsewhere_is_seen_by_the_next_look() {
    var observer = Actors.join(store);
    store.reclaim(observer);
    try (var other = DATABASE.open(Settings.defaults())) {
      other.enqueue(List.of(greeting(Duration.ofMillis(50))));
    }

    store.reclaim(observer);

    Actors.until("it is due", LOOK, () -> store.promote(10).count() == 1);
  }

  private static NewTask greeting(Duration delay) {
    return NewTask.of(Spec.of(Actors.GREET).build()).after(delay);
  }

  private static void pass(Duration time) {
    var since = TimeSource.system().nanoTime();
    Actors.until(
        time + " have passed",
        LOOK,
        () -> TimeSource.system().nanoTime() - since >= time.toNanos());
  }

  /// What was begun in this database, counted from another one.
  private static long transactions() {
    var count =
        TestServer.postgres()
            .sql(
                "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = '"
                    + DATABASE.dsn().database()
                    + "'");
    return Long.parseLong(count.getFirst());
  }
}
