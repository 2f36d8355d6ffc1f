package io.reproq.jdbc.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.json.Json;
import io.reproq.store.CancelAnswer;
import io.reproq.store.ClaimAnswer;
import io.reproq.store.RenewAnswer;
import io.reproq.store.Settled;
import io.reproq.store.StoreProvider.Settings;
import io.reproq.store.TaskStore;
import io.reproq.task.Outcome;
import io.reproq.task.Place;
import io.reproq.task.TaskStatus;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// The store beside a session that is in the middle of something.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class TwoSessionsTest {
  private static final TestDatabase DATABASE = TestServer.fresh();
  private static final String WAITING =
      "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname ="
          + " current_database()";

  private TaskStore store;
  private Connection other;

  @BeforeEach
  void begin() throws Exception {
    store = DATABASE.openEmpty(Settings.defaults());
    other = DATABASE.connect();
    other.setAutoCommit(false);
  }

  @AfterEach
  void end() throws Exception {
    other.close();
    store.close();
  }

  @Test
  void a_claim_that_waits_for_its_workers_death_brings_nothing() throws Exception {
    var id = Actors.enqueue(store, 1).getFirst();
    var worker = Actors.join(store);
    run("SELECT FROM reproq.worker WHERE incarnation = '" + worker + "' FOR UPDATE");
    run("UPDATE reproq.worker SET dead = true WHERE incarnation = '" + worker + "'");

    var claim = waiting(() -> Actors.tryClaim(store, worker, 1));
    other.commit();

    assertThat(claim.get(10, TimeUnit.SECONDS)).isEqualTo(new ClaimAnswer.WorkerGone());
    assertThat(Actors.get(store, id).standing().place()).isEqualTo("ready");
  }

  @Test
  void a_heartbeat_does_not_wait_for_a_claim() throws Exception {
    var worker = Actors.join(store);
    run("SELECT FROM reproq.worker WHERE incarnation = '" + worker + "' FOR KEY SHARE");

    var answer = CompletableFuture.supplyAsync(() -> store.renew(worker)).get(10, TimeUnit.SECONDS);

    assertThat(answer).isInstanceOf(RenewAnswer.Alive.class);
  }

  @Test
  void a_worker_that_leaves_gives_back_what_a_claim_under_way_took() throws Exception {
    var id = Actors.enqueue(store, 1).getFirst();
    var worker = Actors.join(store);
    run("SELECT FROM reproq.worker WHERE incarnation = '" + worker + "' FOR KEY SHARE");
    run("DELETE FROM reproq.ready WHERE result_id = " + id);
    run(
        "INSERT INTO reproq.running (result_id, version, attempts, queue_name, task_path,"
            + " last_attempted_at, worker, claim_number) SELECT "
            + id
            + ", 2, 1, 'default', 'sample.greet', now(), number, 99 FROM reproq.worker"
            + " WHERE incarnation = '"
            + worker
            + "'");
    run(
        "INSERT INTO reproq.counter_delta VALUES ('default', 'READY', -1),"
            + " ('default','RUNNING',1)");

    var leave =
        waiting(() -> {
          store.leave(worker);
          return true;
        });
    other.commit();

    assertThat(leave.get(10, TimeUnit.SECONDS)).isTrue();
    assertThat(Actors.get(store, id).standing().place()).isEqualTo("ready");
    assertThat(store.workers()).isEmpty();
  }

  @Test
  void a_settlement_that_waits_for_its_first_sending_finds_what_that_wrote() throws Exception {
    var worker = Actors.join(store);
    Actors.enqueue(store, 1);
    var task = Actors.claim(store, worker, 1).getFirst();
    run("DELETE FROM reproq.running WHERE result_id = " + task.resultId());
    run(
        "INSERT INTO reproq.finished (result_id, version, attempts, queue_name, task_path,"
            + " last_attempted_at, status, finished_at, worker, claim_number, return_json) SELECT "
            + task.resultId()
            + ", 3, 1, 'default', 'sample.greet', now(), 'SUCCESSFUL', now(), number, "
            + task.claimId().number()
            + ", '1' FROM reproq.worker WHERE incarnation = '"
            + worker
            + "'");

    var success = Actors.settlement(task, new Outcome.Succeeded(new Json("2")));
    var settled = waiting(() -> store.settle(List.of(success)));
    other.commit();

    assertThat(settled.get(10, TimeUnit.SECONDS))
        .containsExactly(new Settled.Applied(new Place.Finished(TaskStatus.SUCCESSFUL, 1)));
    assertThat(Actors.get(store, task.resultId()).result().value()).isEqualTo(new Json("1"));
  }

  @Test
  void a_retry_sees_a_cancel_that_was_stored_while_it_waited() throws Exception {
    var worker = Actors.join(store);
    Actors.enqueue(store, 1);
    var task = Actors.claim(store, worker, 1).getFirst();
    run("SELECT FROM reproq.running WHERE result_id = " + task.resultId() + " FOR UPDATE");
    run("INSERT INTO reproq.cancel_request VALUES (" + task.resultId() + ", now())");

    var snooze = Actors.settlement(task, new Outcome.Snoozed(Duration.ofSeconds(9)));
    var settled = waiting(() -> store.settle(List.of(snooze)));
    other.commit();

    assertThat(settled.get(10, TimeUnit.SECONDS))
        .containsExactly(new Settled.Applied(new Place.Finished(TaskStatus.CANCELLED, 0)));
  }

  @Test
  void a_cancel_that_a_moving_task_escaped_ends_it_at_its_next_claim() throws Exception {
    var worker = Actors.join(store);
    Actors.enqueue(store, 1);
    var id = Actors.claim(store, worker, 1).getFirst().resultId();
    run("DELETE FROM reproq.running WHERE result_id = " + id);
    run(
        "INSERT INTO reproq.ready (result_id, rank, version, attempts, queue_name, task_path)"
            + " VALUES ("
            + id
            + ", 1, 3, 0, 'default', 'sample.greet')");
    run(
        "INSERT INTO reproq.counter_delta VALUES ('default', 'RUNNING', -1),"
            + " ('default','READY',1)");

    var answer = store.cancel(List.of(id));
    other.commit();

    assertThat(answer).containsExactly(CancelAnswer.REQUESTED);
    assertThat(Actors.tryClaim(store, worker, 1)).isEqualTo(new ClaimAnswer.Taken(List.of(), true));
    assertThat(Actors.get(store, id).standing().status()).isEqualTo(TaskStatus.CANCELLED);
    assertThat(DATABASE.sql("SELECT * FROM reproq.cancel_request")).isEmpty();
  }

  @Test
  void a_claim_passes_over_what_another_one_looks_at() throws Exception {
    var ids = Actors.enqueue(store, 3);
    var worker = Actors.join(store);
    run("SELECT FROM reproq.ready WHERE result_id = " + ids.getFirst() + " FOR UPDATE");

    assertThat(Actors.claim(store, worker, 2))
        .extracting(task -> task.resultId())
        .containsExactly(ids.get(1), ids.get(2));
  }

  private void run(String sql) throws Exception {
    try (var statement = other.createStatement()) {
      statement.execute(sql);
    }
  }

  /// Starts `call`, and returns once it waits for a lock.
  private static <T> CompletableFuture<T> waiting(Supplier<T> call) {
    var future = CompletableFuture.supplyAsync(call);
    Actors.until(
        "the call waits for a lock",
        Duration.ofMillis(10),
        () -> future.isDone() || !DATABASE.sql(WAITING).isEmpty());
    assertThat(future.isDone()).as("the call should wait").isFalse();
    return future;
  }
}
