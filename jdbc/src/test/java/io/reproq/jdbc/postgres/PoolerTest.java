package io.reproq.jdbc.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.reproq.clock.TimeSource;
import io.reproq.store.Reclaimed;
import io.reproq.store.RenewAnswer;
import io.reproq.store.StoreProvider.Settings;
import io.reproq.store.TaskStore;
import io.reproq.testkit.StoreInvariants;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// Everything through a pooler that gives each transaction to another session.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class PoolerTest {
  private static final TestDatabase DIRECT = TestServer.fresh();
  private static final Duration LEASE = Duration.ofSeconds(1);
  private static final Duration HEARTBEAT = Duration.ofMillis(300);
  private static final Duration LOOK = Duration.ofMillis(100);

  private Pooler pooler;
  private TestDatabase pooled;
  private TaskStore store;

  @BeforeEach
  void begin() {
    assumeTrue(Pooler.isThere(), "pgbouncer is not installed");
    pooler = Pooler.before(DIRECT);
    pooled = pooler.of(DIRECT);
    store = pooled.openEmpty(Settings.defaults());
  }

  @AfterEach
  void end() {
    if (pooler != null) {
      store.close();
      pooler.close();
    }
  }

  @Test
  void two_workers_run_every_task_once() {
    var ids = new ArrayList<>(Actors.enqueue(store, 300));
    try (var anna = LiveWorker.start("anna", pooled.open(Settings.defaults()), LiveWorker.DONE);
        var bert = LiveWorker.start("bert", pooled.open(Settings.defaults()), LiveWorker.DONE)) {
      ids.addAll(Actors.enqueue(store, 300));
      Actors.until("all is done", LOOK, () -> Actors.unfinished(store) == 0);

      var applied = new HashMap<>(anna.applied());
      bert.applied().forEach((id, times) -> applied.merge(id, times, Integer::sum));
      assertThat(applied)
          .containsOnlyKeys(ids)
          .allSatisfy((id, times) -> assertThat(times).isOne());
    }
    StoreInvariants.check(store);
    assertThat(store.workers()).isEmpty();
  }

  @Test
  void no_lock_is_left_with_a_session_that_is_not_ours() {
    var worker = Actors.join(store);

    assertThat(DIRECT.sql("SELECT server_started FROM reproq.worker")).containsExactly("null");
    assertThat(DIRECT.sql("SELECT 1 FROM pg_locks WHERE locktype = 'advisory'")).isEmpty();
    store.leave(worker);
  }

  @Test
  void a_dead_worker_is_found_by_its_lease_and_a_living_one_is_left_alone() {
    var ids = Actors.enqueue(store, 3);
    var observer = Actors.join(store);
    var living = Actors.join(store, LEASE, HEARTBEAT);
    var dead = Actors.join(store, LEASE, HEARTBEAT);
    Actors.claim(store, dead, 3);
    var lastHeard = TimeSource.system().nanoTime();

    var back = new ArrayList<Reclaimed>();
    Actors.until(
        "the dead one's tasks are back",
        LOOK,
        () -> {
          assertThat(store.renew(living)).isInstanceOf(RenewAnswer.Alive.class);
          back.addAll(store.reclaim(observer));
          return !back.isEmpty();
        });
    var silence = Duration.ofNanos(TimeSource.system().nanoTime() - lastHeard);

    assertThat(silence).isGreaterThanOrEqualTo(LEASE);
    assertThat(back).extracting(Reclaimed::resultId).containsExactlyElementsOf(ids);
    assertThat(store.renew(dead)).isEqualTo(new RenewAnswer.Gone());
    var looks = new AtomicInteger();
    Actors.until(
        "two leases are over",
        LOOK,
        () -> {
          assertThat(store.renew(living)).isInstanceOf(RenewAnswer.Alive.class);
          assertThat(store.reclaim(observer)).isEmpty();
          return looks.incrementAndGet() == 20;
        });
  }

  @Test
  void a_callers_data_source_works_too() {
    try (var behind =
        new PostgresStoreProvider().open(pooled.source(), Settings.defaults()).orElseThrow()) {
      var worker = Actors.join(behind);
      for (var round = 0; round < 20; round++) {
        Actors.enqueue(behind, 1);
        assertThat(Actors.claim(behind, worker, 1)).hasSize(1);
      }
      behind.leave(worker);
    }
  }
}
