package io.reproq.jdbc.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.dsn.Dsn;
import io.reproq.json.Json;
import io.reproq.retry.RetryPolicy;
import io.reproq.store.NewTask;
import io.reproq.store.StoreProvider.Settings;
import io.reproq.store.TaskStore;
import io.reproq.task.Failure;
import io.reproq.task.FailureKind;
import io.reproq.task.Limits;
import io.reproq.task.Outcome;
import io.reproq.task.Spec;
import io.reproq.testkit.StoreInvariants;
import io.reproq.worker.Attempt;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// Keys under four worker processes of which one after the other is killed.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class KeyedCrashTest {
  private static final int TASKS = 2_000;
  private static final int LOCK_KEYS = 50;
  private static final int CONCURRENCY_KEYS = 20;
  private static final int LIMIT = 3;
  private static final int WORKERS = 4;
  private static final int CRASHES = 6;
  private static final long SEED = 20_261_122;

  /// When each attempt held its keys, by the database's clock.
  private static final String SPANS =
      """
      WITH spans AS (
        SELECT t.lock_key, t.concurrency_key, r.last_attempted_at AS began, r.finished_at AS ended
        FROM task_runs r JOIN reproq.task t ON t.result_id = r.result_id
        UNION ALL
        SELECT t.lock_key, t.concurrency_key, f.started_at, f.at
        FROM reproq.failure f JOIN reproq.task t ON t.result_id = f.result_id
        JOIN task_runs r ON r.result_id = f.result_id AND f.attempt < r.attempts)
      """;

  private static final String MOST_AT_ONCE =
      SPANS
          + """
          SELECT max(held) FROM (
            SELECT sum(change) OVER (PARTITION BY key ORDER BY at, change) AS held
            FROM (
              SELECT %1$s AS key, began AS at, 1 AS change FROM spans WHERE %1$s IS NOT NULL
              UNION ALL
              SELECT %1$s, ended, -1 FROM spans WHERE %1$s IS NOT NULL) e) h
          """;

  private static final TestDatabase DATABASE = TestServer.fresh();

  @Test
  void are_never_held_by_more_than_their_limit() throws Exception {
    var random = new Random(SEED);
    var workers = new ArrayList<OtherProcess>();
    try (var store = DATABASE.openEmpty(Settings.defaults())) {
      for (var i = 0; i < WORKERS; i++) {
        var worker = worker();
        workers.add(worker);
        Actors.until("a worker works", Duration.ofMillis(50), () -> !worker.lines().isEmpty());
      }
      store.enqueue(tasks(random));
      for (var crash = 1; crash <= CRASHES; crash++) {
        awaitUnfinished(store, TASKS - crash * TASKS / (CRASHES + 2));
        workers.remove(random.nextInt(WORKERS)).kill();
        workers.add(worker());
      }
      awaitUnfinished(store, 0);

      assertThat(DATABASE.sql("SELECT DISTINCT status FROM task_runs"))
          .containsExactly("SUCCESSFUL");
      assertThat(
              DATABASE.sql("SELECT count(*) > 0 FROM reproq.failure WHERE kind = 'lease_expiry'"))
          .containsExactly("t");
      assertThat(
              DATABASE.sql(
                  SPANS + "SELECT count(*) FROM spans WHERE began IS NULL OR ended < began"))
          .containsExactly("0");
      assertThat(DATABASE.sql(MOST_AT_ONCE.formatted("lock_key"))).containsExactly("1");
      assertThat(DATABASE.sql(MOST_AT_ONCE.formatted("concurrency_key")))
          .containsExactly(Integer.toString(LIMIT));
      StoreInvariants.check(store);
    } finally {
      workers.forEach(OtherProcess::close);
    }
  }

  /// A third have a lock key, a third a concurrency key, a third both.
  private static List<NewTask> tasks(Random random) {
    var tasks = new ArrayList<NewTask>(TASKS);
    for (var i = 0; i < TASKS; i++) {
      var lockKey = i % 3 == 1 ? null : "lock-" + random.nextInt(LOCK_KEYS);
      var limits =
          i % 3 == 0
              ? new Limits(lockKey, null, 0)
              : new Limits(lockKey, "slot-" + random.nextInt(CONCURRENCY_KEYS), LIMIT);
      tasks.add(
          NewTask.of(
              Spec.of(Actors.GREET)
                  .limits(limits)
                  .retry(RetryPolicy.DEFAULT.withMaxAttempts(20).withBase(Duration.ofMillis(20)))
                  .build()));
    }
    return tasks;
  }

  private static OtherProcess worker() throws IOException {
    return OtherProcess.start(Main.class, OtherProcess.dsn(DATABASE.dsn()));
  }

  private static void awaitUnfinished(TaskStore store, int most) {
    Actors.until(
        "at most " + most + " tasks are left",
        Duration.ofMillis(50),
        () -> Actors.unfinished(store) <= most);
  }

  /// What runs in the other processes: every tenth attempt fails.
  static final class Main {
    private static final Duration WORK = Duration.ofMillis(3);

    private Main() {}

    public static void main(String[] arguments) throws IOException {
      var dsn = Dsn.parse(arguments[0]);
      var store = new PostgresStoreProvider().open(dsn, Settings.defaults()).orElseThrow();
      try (var worker = LiveWorker.start("w" + ProcessHandle.current().pid(), store, Main::run)) {
        System.out.println("works on " + worker.running());
        // Until the parent ends.
        while (System.in.read() >= 0) {
          LockSupport.parkNanos(WORK.toNanos());
        }
      }
    }

    private static Outcome run(Attempt attempt) {
      LockSupport.parkNanos(WORK.toNanos());
      return (attempt.resultId() + attempt.number()) % 10 == 0
          ? new Outcome.Failed(Failure.of(FailureKind.APP_ERROR, "every tenth fails"), true)
          : new Outcome.Succeeded(Json.NULL);
    }
  }
}
