package io.reproq.jdbc.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.store.StoreProvider.Settings;
import io.reproq.store.TaskStore;
import io.reproq.task.Failure;
import io.reproq.task.FailureKind;
import io.reproq.task.Outcome;
import io.reproq.testkit.SettableClock;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// What anybody sees with plain SQL.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class SurfaceTest {
  private static final TestDatabase DATABASE = TestServer.fresh();

  private TaskStore store;

  @BeforeEach
  void begin() {
    store = DATABASE.openEmpty(Settings.defaults().withTime(new SettableClock()));
  }

  @AfterEach
  void end() {
    store.close();
  }

  @Test
  void task_runs_shows_who_runs_a_task_and_since_when() {
    Actors.enqueue(store, 2);
    Actors.claim(store, Actors.join(store), 1);

    assertThat(
            DATABASE.sql(
                "SELECT status, attempts, leased_by, worker_ids, last_attempted_at AT TIME ZONE"
                    + " 'UTC', finished_at, lock_key, wait_count FROM task_runs ORDER BY 1 DESC"))
        .containsExactly(
            "RUNNING|1|anna|[\"anna\"]|2026-01-01 00:00:00|null|null|0",
            "READY|0|null|[]|null|null|null|0");
  }

  @Test
  void task_runs_shows_what_went_wrong() {
    Actors.enqueue(store, 1);
    var task = Actors.claim(store, Actors.join(store), 1).getFirst();
    var failure = new Failure(FailureKind.APP_ERROR, "Boom", "it broke", null);
    store.settle(List.of(Actors.settlement(task, new Outcome.Failed(failure, false))));

    assertThat(
            DATABASE.sql(
                "SELECT status, last_error, failed_at = finished_at, errors_json FROM task_runs"))
        .containsExactly(
            "FAILED|it broke|t|[{\"at\": \"2026-01-01T00:00:00.000000Z\", \"kind\": \"app_error\","
                + " \"attempt\": 1, \"message\": \"it broke\", \"traceback\": \"\", \"worker_id\":"
                + " \"anna\", \"exception_class\": \"Boom\"}]");
  }

  @Test
  void task_runs_shows_the_spec_and_its_hash() {
    var id = Actors.enqueue(store, 1).getFirst();

    assertThat(DATABASE.sql("SELECT spec_hash, spec_json ->> 'task_path' FROM task_runs"))
        .containsExactly(Actors.get(store, id).specHash() + "|" + Actors.GREET);
  }

  @Test
  void reproq_workers_shows_the_living() {
    var worker = Actors.join(store);

    assertThat(DATABASE.sql("SELECT worker_id, hostname, queues, incarnation FROM reproq_workers"))
        .containsExactly("anna|host|[\"default\"]|" + worker);
    store.leave(worker);
    assertThat(DATABASE.sql("SELECT * FROM reproq_workers")).isEmpty();
  }
}
