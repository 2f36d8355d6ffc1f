package io.reproq.jdbc.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.clock.TimeSource;
import io.reproq.dsn.Dsn;
import io.reproq.json.Json;
import io.reproq.store.StoreProvider.Settings;
import io.reproq.store.TaskQuery;
import io.reproq.store.TaskRun;
import io.reproq.store.TaskStore;
import io.reproq.task.FailureKind;
import io.reproq.task.Outcome;
import io.reproq.task.TaskStatus;
import io.reproq.worker.Attempt;
import io.reproq.worker.WorkerConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// A worker's process that is stopped past its lease, its locks still held, and goes on.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class SuspendTest {
  private static final TestDatabase DATABASE = TestServer.fresh();
  private static final Duration LOOK = Duration.ofMillis(50);

  /// So many tasks wait to be interrupted, so many others end as soon as the process wakes.
  private static final int WAITING = 3;

  private static final int NAPPING = 3;

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
  void finds_itself_fenced_and_changes_nothing() throws Exception {
    var ids = Actors.enqueue(store, WAITING + NAPPING);
    try (var sleeper = OtherProcess.start(Sleeper.class, OtherProcess.dsn(DATABASE.dsn()))) {
      await(sleeper, "began", ids.size());

      sleeper.signal("STOP");
      List<TaskRun> ended;
      try (var bert =
          LiveWorker.start(
              Sleeper.config("bert"), DATABASE.open(Settings.defaults()), SuspendTest::rescue)) {
        Actors.until("bert did it all", LOOK, () -> Actors.unfinished(store) == 0);
        assertThat(bert.applied()).containsOnlyKeys(ids);
        ended = store.list(TaskQuery.first(10));
      }
      sleeper.signal("CONT");
      await(sleeper, "interrupted", WAITING);
      await(sleeper, "woke", NAPPING);
      // It has gone on under a new name once it takes work again.
      Actors.enqueue(store, 1);
      await(sleeper, "began", ids.size() + 1);

      assertThat(ended)
          .allSatisfy(run -> {
            assertThat(run.standing().status()).isEqualTo(TaskStatus.SUCCESSFUL);
            assertThat(run.standing().workerIds()).containsExactly("sleeper", "bert");
            assertThat(run.result().value()).isEqualTo(new Json("\"bert\""));
            assertThat(run.result().errors())
                .extracting(error -> error.failure().kind())
                .containsExactly(FailureKind.LEASE_EXPIRY);
          });
      assertThat(store.find(ids)).isEqualTo(ended);
    }
  }

  private static Outcome rescue(Attempt attempt) {
    return new Outcome.Succeeded(new Json("\"bert\""));
  }

  private static void await(OtherProcess process, String word, int times) {
    Actors.until(
        "'" + word + "' was said " + times + " times",
        LOOK,
        () -> {
          assertThat(process.isAlive()).isTrue();
          return process.lines().stream().filter(word::equals).count() == times;
        });
  }

  /// The worker that is stopped: some of its handlers wait until they are interrupted, the others
  /// are over after a second, and all would succeed.
  static final class Sleeper {
    private static final Duration NAP = Duration.ofSeconds(1);

    private Sleeper() {}

    static WorkerConfig config(String name) {
      return LiveWorker.config(name).withLease(Duration.ofSeconds(2), Duration.ofMillis(500));
    }

    public static void main(String[] arguments) throws IOException {
      var dsn = Dsn.parse(arguments[0]);
      var opened = new PostgresStoreProvider().open(dsn, Settings.defaults()).orElseThrow();
      try (var worker = LiveWorker.start(config("sleeper"), opened, Sleeper::sleep)) {
        // Until the parent ends.
        while (System.in.read() >= 0) {
          System.out.println(worker.refused());
        }
      }
    }

    private static Outcome sleep(Attempt attempt) {
      System.out.println("began");
      if (attempt.resultId() % 2 == 0) {
        try {
          new CountDownLatch(1).await();
        } catch (InterruptedException e) {
          System.out.println("interrupted");
        }
      } else {
        var since = TimeSource.system().nanoTime();
        while (TimeSource.system().nanoTime() - since < NAP.toNanos()) {
          LockSupport.parkNanos(NAP.toNanos());
        }
        System.out.println("woke");
      }
      return new Outcome.Succeeded(new Json("\"sleeper\""));
    }
  }
}
