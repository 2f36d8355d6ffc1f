package io.reproq.jdbc.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.reproq.clock.TimeSource;
import io.reproq.json.Json;
import io.reproq.store.StoreException;
import io.reproq.store.StoreProvider.Settings;
import io.reproq.store.TaskQuery;
import io.reproq.store.TaskStore;
import io.reproq.store.WorkerRow;
import io.reproq.task.Outcome;
import io.reproq.task.TaskStatus;
import io.reproq.testkit.StoreInvariants;
import io.reproq.worker.AttemptHandler;
import io.reproq.worker.Refused;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// A server that stops as a power cut stops it, and comes back, under workers that live on.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class RestartTest {
  private static final Duration LOOK = Duration.ofMillis(50);

  /// What is promised once the server is back.
  private static final Duration FLOWING_AGAIN = Duration.ofSeconds(5);

  private static OwnServer server;
  private TestDatabase database;

  @BeforeAll
  static void start() throws Exception {
    server = OwnServer.durable();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void begin() {
    database = server.fresh();
  }

  @Test
  void under_load_loses_nothing_and_takes_nobody_for_dead() throws Exception {
    try (var anna = LiveWorker.start("anna", open(), LiveWorker.DONE);
        var bert = LiveWorker.start("bert", open(), LiveWorker.DONE);
        var client = new Client(open())) {
      var crew = incarnations(client.store);
      for (var round = 0; round < 2; round++) {
        awaitWork(anna, bert);
        server.crash().start();
        var back = TimeSource.system().nanoTime();
        awaitWork(anna, bert);
        assertThat(Duration.ofNanos(TimeSource.system().nanoTime() - back))
            .isLessThan(FLOWING_AGAIN);
      }
      var taken = client.stop();
      Actors.until("all is done", LOOK, () -> Actors.unfinished(client.store) == 0);

      assertThat(incarnations(client.store)).isEqualTo(crew);
      assertThat(List.of(anna.refused(), bert.refused())).containsOnly(new Refused(0, 0));
      var applied = new HashMap<>(anna.applied());
      bert.applied().forEach((id, times) -> applied.merge(id, times, Integer::sum));
      assertThat(applied.keySet()).containsAll(taken);
      assertThat(applied.values()).containsOnly(1);
      // An attempt counts when its handler may have begun, so nothing was run again.
      assertThat(database.sql("SELECT DISTINCT status, attempts FROM task_runs"))
          .containsExactly("SUCCESSFUL|1");
      StoreInvariants.check(client.store);
    }
  }

  @Test
  void lets_handlers_go_on_and_has_their_outcomes_when_it_is_back() throws Exception {
    var release = new CountDownLatch(1);
    var done = new CountDownLatch(8);
    AttemptHandler handler =
        attempt -> {
          release.await();
          done.countDown();
          return new Outcome.Succeeded(new Json("\"kept\""));
        };
    try (var store = open();
        var anna = LiveWorker.start("anna", open(), handler)) {
      Actors.enqueue(store, 8);
      Actors.until("all run", LOOK, () -> anna.running() == 8);

      var stopped = server.crash();
      release.countDown();
      assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(anna.applied()).isEmpty();
      stopped.start();
      Actors.until("all is applied", LOOK, () -> anna.applied().size() == 8);

      assertThat(store.list(TaskQuery.first(10)))
          .allSatisfy(run -> {
            assertThat(run.standing().status()).isEqualTo(TaskStatus.SUCCESSFUL);
            assertThat(run.standing().attempts()).isOne();
            assertThat(run.result().value()).isEqualTo(new Json("\"kept\""));
          });
      assertThat(anna.refused()).isEqualTo(new Refused(0, 0));
    }
  }

  @Test
  void is_told_from_the_death_of_a_worker_that_ended_meanwhile() throws Exception {
    try (var store = open()) {
      var observer = Actors.join(store);
      Actors.enqueue(store, 2);
      try (var other = Bystander.holding(2, database)) {
        store.reclaim(observer);
        var stopped = server.crash();
        other.kill();
        stopped.start();
      }
      // All locks are free, and this one's stays so: only the lease can tell.
      database.sql("UPDATE reproq.worker SET lease = 1000000, heartbeat = 300000 WHERE beat = 0");

      Actors.until("its tasks are back", LOOK, () -> !reclaim(store, observer).isEmpty());

      assertThat(incarnations(store)).containsExactly(observer);
    }
  }

  @Test
  void is_over_for_the_pool_as_soon_as_the_server_is_back() throws Exception {
    var source = new PatientSource();
    source.setUrl(database.source().getUrl());
    source.setUser("postgres");
    var stopped = server.crash();

    assertThatExceptionOfType(SQLException.class).isThrownBy(source::getConnection);
    var second = CompletableFuture.supplyAsync(() -> get(source));
    var third = CompletableFuture.supplyAsync(() -> get(source));
    stopped.start();

    second.get(FLOWING_AGAIN.toSeconds(), TimeUnit.SECONDS).close();
    third.get(FLOWING_AGAIN.toSeconds(), TimeUnit.SECONDS).close();
  }

  private static Connection get(DataSource source) {
    try {
      return source.getConnection();
    } catch (SQLException e) {
      throw new AssertionError("it did not wait", e);
    }
  }

  private TaskStore open() {
    return database.open(Settings.defaults());
  }

  private static List<?> reclaim(TaskStore store, UUID observer) {
    try {
      store.renew(observer);
      return store.reclaim(observer);
    } catch (StoreException e) {
      // The pool still had a connection of the old server.
      return List.of();
    }
  }

  private static Set<UUID> incarnations(TaskStore store) {
    return store.workers().stream()
        .map(WorkerRow::info)
        .map(info -> info.incarnation())
        .collect(Collectors.toSet());
  }

  /// Waits until each worker has done more than it has now.
  private static void awaitWork(LiveWorker... workers) {
    var before = new ArrayList<Integer>();
    for (var worker : workers) {
      before.add(worker.applied().size());
    }
    Actors.until(
        "everybody works",
        LOOK,
        () -> {
          for (var i = 0; i < workers.length; i++) {
            if (workers[i].applied().size() <= before.get(i) + 20) {
              return false;
            }
          }
          return true;
        });
  }

  /// Enqueues greetings for as long as it lives, and keeps the ids that it was given.
  private static final class Client implements AutoCloseable {
    private final TaskStore store;
    private final ConcurrentLinkedQueue<Long> taken = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final CompletableFuture<Void> end;

    Client(TaskStore store) {
      this.store = store;
      this.end = CompletableFuture.runAsync(this::enqueue);
    }

    /// Every id that was handed out: those tasks are promised.
    List<Long> stop() throws Exception {
      stopped.set(true);
      end.get(30, TimeUnit.SECONDS);
      return List.copyOf(taken);
    }

    private void enqueue() {
      while (!stopped.get()) {
        try {
          // No more than can be done: this is about what is under way.
          if (Actors.unfinished(store) < 200) {
            taken.addAll(Actors.enqueue(store, 40));
          }
        } catch (StoreException e) {
          // Nobody knows whether these were taken; nobody was promised that they are.
        }
      }
    }

    @Override
    public void close() {
      stopped.set(true);
      end.join();
      store.close();
    }
  }
}
