package io.reproq.jdbc.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.reproq.store.CancelAnswer;
import io.reproq.store.NewTask;
import io.reproq.store.StoreProvider.Settings;
import io.reproq.store.TaskStore;
import io.reproq.task.Failure;
import io.reproq.task.FailureKind;
import io.reproq.task.Outcome;
import io.reproq.task.Spec;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// Plain SQL in a transaction that stays open, beside another session or the engine.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class SqlSessionsTest {
  private static final TestDatabase DATABASE = TestServer.fresh();
  private static final String ENQUEUE =
      "SELECT result_id, created FROM reproq_enqueue('{\"task_path\": \"" + Actors.GREET + "\"}')";

  private TaskStore store;
  private PlainSession open;
  private PlainSession other;

  @BeforeEach
  void begin() throws Exception {
    store = DATABASE.openEmpty(Settings.defaults());
    open = PlainSession.of(DATABASE);
    open.connection().setAutoCommit(false);
    other = PlainSession.of(DATABASE);
  }

  @AfterEach
  void end() throws Exception {
    open.close();
    other.check(store);
    other.close();
    store.close();
  }

  private static <T> CompletableFuture<T> waiting(Callable<T> call) {
    var future =
        CompletableFuture.supplyAsync(() -> {
          try {
            return call.call();
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
    Actors.until(
        "the call waits for a lock",
        Duration.ofMillis(10),
        () ->
            future.isDone()
                || !DATABASE
                    .sql(
                        "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                            + " AND datname = current_database()")
                    .isEmpty());
    assertThat(future.isDone()).as("the call should wait").isFalse();
    return future;
  }

  @Test
  void of_two_twins_the_first_to_commit_stands_for_both() throws Exception {
    var first = open.run(ENQUEUE).getFirst();
    var second = waiting(() -> other.run(ENQUEUE));
    open.connection().commit();

    assertThat(second.get(10, TimeUnit.SECONDS)).containsExactly(first.replace("|t", "|f"));
  }

  @Test
  void a_twin_that_is_rolled_back_stands_for_nobody() throws Exception {
    open.run(ENQUEUE);
    var second = waiting(() -> other.run(ENQUEUE));
    open.connection().rollback();

    assertThat(second.get(10, TimeUnit.SECONDS)).first().asString().endsWith("|t");
  }

  @Test
  void a_twin_that_ends_meanwhile_stands_for_nobody() throws Exception {
    var twin = NewTask.of(Spec.of(Actors.GREET).build()).unique(true);
    store.enqueue(List.of(twin));
    open.run("SELECT reproq_cancel(result_id) FROM task_runs");
    var second = waiting(() -> other.run(ENQUEUE));
    open.connection().commit();

    assertThat(second.get(10, TimeUnit.SECONDS)).first().asString().endsWith("|t");
  }

  @Test
  void the_engine_and_sql_wait_for_each_others_twins() throws Exception {
    var id = open.run(ENQUEUE).getFirst().replace("|t", "");
    var twin = NewTask.of(Spec.of(Actors.GREET).build()).unique(true);
    var second = waiting(() -> store.enqueue(List.of(twin)).getFirst().resultId());
    open.connection().commit();

    assertThat(second.get(10, TimeUnit.SECONDS)).isEqualTo(Long.parseLong(id));
  }

  @Test
  void repeatable_read_is_told_to_try_again() throws Exception {
    open.connection().setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
    open.run("SELECT count(*) FROM task_runs");
    other.run(ENQUEUE);

    assertThat(open.refusal(ENQUEUE).getSQLState()).isEqualTo("40001");

    open.connection().rollback();
    assertThat(open.run(ENQUEUE)).first().asString().endsWith("|f");
  }

  @Test
  void a_claim_passes_over_what_sql_is_about_to_cancel() throws Exception {
    var ids = Actors.enqueue(store, 2);
    open.run("SELECT reproq_cancel(" + ids.getFirst() + ")");

    assertThat(Actors.claim(store, Actors.join(store), 5))
        .extracting(task -> task.resultId())
        .containsExactly(ids.getLast());
    open.connection().commit();
  }

  @Test
  void a_cancel_of_the_engine_waits_for_one_of_sql() throws Exception {
    var id = Actors.enqueue(store, 1).getFirst();
    open.run("SELECT reproq_cancel(" + id + ")");
    var second = waiting(() -> store.cancel(List.of(id)));
    open.connection().commit();

    assertThat(second.get(10, TimeUnit.SECONDS)).containsExactly(CancelAnswer.NOT_ACTIVE);
  }

  @Test
  void a_cancel_of_sql_finds_what_was_claimed_while_it_waited() throws Exception {
    var worker = Actors.join(store);
    var id = Actors.enqueue(store, 1).getFirst();
    // A claim in the middle: it has the row, and has not committed.
    open.run("SELECT FROM reproq.ready WHERE result_id = " + id + " FOR UPDATE");
    open.run("DELETE FROM reproq.ready WHERE result_id = " + id);
    open.run(
        "INSERT INTO reproq.running (result_id, version, attempts, queue_name, task_path,"
            + " last_attempted_at, worker, claim_number) SELECT "
            + id
            + ", 2, 1, 'default', 'sample.greet', now(), number, 99 FROM reproq.worker"
            + " WHERE incarnation = '"
            + worker
            + "'");
    open.run(
        "INSERT INTO reproq.counter_delta VALUES ('default', 'READY', -1),"
            + " ('default', 'RUNNING', 1)");
    var answer = waiting(() -> other.run("SELECT reproq_cancel(" + id + ")"));
    open.connection().commit();

    assertThat(answer.get(10, TimeUnit.SECONDS)).containsExactly("REQUESTED");
    assertThat(store.cancelRequests(worker)).containsExactly(id);
  }

  @Test
  void of_two_retries_one_takes_effect() throws Exception {
    var id = Actors.enqueue(store, 1).getFirst();
    var claimed = Actors.claim(store, Actors.join(store), 1).getFirst();
    var failure = new Failure(FailureKind.APP_ERROR, "Boom", "it broke", null);
    store.settle(List.of(Actors.settlement(claimed, new Outcome.Failed(failure, false))));
    open.run("SELECT reproq_retry(" + id + ")");
    var second =
        waiting(
            () -> other.change("UPDATE task_runs SET status = 'READY' WHERE status = 'FAILED'"));
    open.connection().commit();

    assertThat(second.get(10, TimeUnit.SECONDS)).isZero();
    assertThat(other.run("SELECT status, version FROM task_runs")).containsExactly("READY|4");
  }

  @Test
  void a_pause_holds_from_its_commit_on() throws Exception {
    Actors.enqueue(store, 2);
    var worker = Actors.join(store);
    open.run("SELECT reproq_pause_queue('default')");

    assertThat(Actors.claim(store, worker, 1)).hasSize(1);
    open.connection().commit();
    assertThat(Actors.claim(store, worker, 1)).isEmpty();
    other.run("SELECT reproq_resume_queue('default')");
  }

  @Test
  void a_caller_who_cannot_wait_wakes_idle_workers_at_its_commit() throws Exception {
    var woken = new AtomicInteger();
    var stop = store.onWork(woken::incrementAndGet);
    Actors.until(
        "the store listens",
        Duration.ofMillis(20),
        () -> {
          DATABASE.sql("NOTIFY reproq_work");
          return woken.get() > 0;
        });
    var before = woken.get();
    open.run(ENQUEUE);
    open.run("NOTIFY reproq_work");
    open.connection().commit();

    Actors.until("it is told", Duration.ofMillis(20), () -> woken.get() > before);
    stop.run();
  }

  @Test
  void after_three_rounds_of_twins_that_come_and_go_the_caller_is_told() {
    assertThatExceptionOfType(SQLException.class)
        .isThrownBy(() -> {
          open.run(
              "CREATE FUNCTION pg_temp.vanish() RETURNS trigger LANGUAGE plpgsql AS"
                  + " 'BEGIN DELETE FROM reproq.active_hash; RETURN NULL; END'");
          open.run(
              "CREATE TRIGGER vanish AFTER INSERT ON reproq.active_hash FOR EACH STATEMENT"
                  + " EXECUTE FUNCTION pg_temp.vanish()");
          open.run(ENQUEUE);
        })
        .withMessageContaining("twins of a task came and went while it was enqueued: do it again")
        .extracting(SQLException::getSQLState)
        .isEqualTo("40001");
  }
}
