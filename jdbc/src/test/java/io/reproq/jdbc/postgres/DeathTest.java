package io.reproq.jdbc.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.store.Reclaimed;
import io.reproq.store.RenewAnswer;
import io.reproq.store.StoreProvider.Settings;
import io.reproq.store.TaskStore;
import io.reproq.task.Place;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class DeathTest {
  private static final TestDatabase DATABASE = TestServer.fresh();
  private static final Duration LOOK = Duration.ofMillis(500);

  /// So many looks make two seconds.
  private static final int LOOKS = 4;

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
  void gives_a_killed_process_tasks_back_within_two_seconds() throws Exception {
    var ids = Actors.enqueue(store, 3);
    var observer = Actors.join(store);
    try (var other = Bystander.holding(3, DATABASE)) {
      assertThat(store.reclaim(observer)).isEmpty();

      other.kill();
      var back = new ArrayList<Reclaimed>();
      var looks = new AtomicInteger();
      Actors.until(
          "its tasks are back",
          LOOK,
          () -> {
            looks.incrementAndGet();
            back.addAll(store.reclaim(observer));
            return !back.isEmpty();
          });

      assertThat(looks.get()).isLessThanOrEqualTo(LOOKS);
      assertThat(back).extracting(Reclaimed::resultId).containsExactlyElementsOf(ids);
      assertThat(back).allMatch(task -> task.place().equals(new Place.Ready(1)));
      assertThat(store.renew(other.incarnation())).isEqualTo(new RenewAnswer.Gone());
      assertThat(store.workers()).hasSize(1);
    }
    assertThat(Actors.claim(store, observer, 10)).hasSize(3).allMatch(task -> task.attempt() == 2);
  }

  @Test
  void leaves_a_worker_alone_whose_lock_connections_are_killed() {
    var observer = Actors.join(store);
    try (var other = DATABASE.open(Settings.defaults())) {
      var worker = Actors.join(other);
      Actors.enqueue(store, 1);
      assertThat(Actors.claim(other, worker, 1)).hasSize(1);
      store.reclaim(observer);

      assertThat(killHoldersOf(worker)).hasSize(2);

      var looks = new AtomicInteger();
      Actors.until(
          "two seconds are over",
          Duration.ofMillis(100),
          () -> {
            assertThat(store.reclaim(observer)).isEmpty();
            return looks.incrementAndGet() == 20;
          });
      assertThat(beatOf(worker)).isPositive();
      assertThat(holdersOf(worker)).hasSize(2);
      assertThat(other.renew(worker)).isInstanceOf(RenewAnswer.Alive.class);
    }
  }

  @Test
  void takes_a_worker_for_dead_whose_lock_nobody_holds() {
    var observer = Actors.join(store);
    var worker = Actors.join(store);
    DATABASE.sql("UPDATE reproq.worker SET lock_key = 1 WHERE incarnation = '" + worker + "'");

    Actors.until(
        "it is struck out",
        LOOK,
        () -> {
          store.reclaim(observer);
          return store.workers().size() == 1;
        });

    assertThat(store.renew(worker)).isEqualTo(new RenewAnswer.Gone());
  }

  @Test
  void believes_no_lock_of_another_start_of_the_server() {
    var observer = Actors.join(store);
    var worker = Actors.join(store);
    DATABASE.sql(
        "UPDATE reproq.worker SET lock_key = 1, server_started = '2000-01-01' WHERE incarnation = '"
            + worker
            + "'");

    var looks = new AtomicInteger();
    Actors.until(
        "two seconds are over",
        LOOK,
        () -> {
          store.reclaim(observer);
          return looks.incrementAndGet() == LOOKS;
        });

    assertThat(store.renew(worker)).isInstanceOf(RenewAnswer.Alive.class);
  }

  @Test
  void holds_a_lock_until_its_worker_leaves() {
    var worker = Actors.join(store);
    assertThat(holdersOf(worker)).hasSize(2);

    store.leave(worker);

    assertThat(holdersOf(worker)).isEmpty();
  }

  private static List<String> holdersOf(UUID worker) {
    return DATABASE.sql("SELECT pid FROM pg_locks WHERE " + isLockOf(worker));
  }

  private static List<String> killHoldersOf(UUID worker) {
    return DATABASE.sql("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE " + isLockOf(worker));
  }

  private static String isLockOf(UUID worker) {
    return "locktype = 'advisory' AND (classid::bigint << 32) | objid::bigint = "
        + Cord.lockKey(worker);
  }

  private static long beatOf(UUID worker) {
    var rows = DATABASE.sql("SELECT beat FROM reproq.worker WHERE incarnation = '" + worker + "'");
    return Long.parseLong(rows.getFirst());
  }
}
