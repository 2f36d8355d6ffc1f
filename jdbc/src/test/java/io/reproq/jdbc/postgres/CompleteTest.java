package io.reproq.jdbc.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reproq.json.Json;
import io.reproq.store.ClaimedTask;
import io.reproq.store.Completed;
import io.reproq.store.Completion;
import io.reproq.store.RenewAnswer;
import io.reproq.store.Settled;
import io.reproq.store.Settlement;
import io.reproq.store.StoreException;
import io.reproq.store.StoreProvider.Settings;
import io.reproq.store.TaskStore;
import io.reproq.task.Failure;
import io.reproq.task.FailureKind;
import io.reproq.task.Outcome;
import io.reproq.task.Place;
import io.reproq.task.TaskStatus;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class CompleteTest {
  private static final TestDatabase DATABASE = TestServer.fresh();
  private static final String KILL_ITSELF = "SELECT pg_terminate_backend(pg_backend_pid())";
  private static final String CONFLICT =
      "DO $$ BEGIN RAISE EXCEPTION 'in the way' USING ERRCODE = '40001'; END $$";
  private static final Outcome FAILED =
      new Outcome.Failed(Failure.of(FailureKind.INFRA_ERROR, "looked"), true);

  private TaskStore store;
  private UUID worker;
  private ClaimedTask task;

  @BeforeEach
  void begin() {
    store = DATABASE.openEmpty(Settings.defaults());
    DATABASE.sql("DROP TABLE IF EXISTS effect; CREATE TABLE effect (id bigint)");
    worker = Actors.join(store);
    Actors.enqueue(store, 1);
    task = Actors.claim(store, worker, 1).getFirst();
  }

  @AfterEach
  void end() {
    store.close();
  }

  @Test
  void effects_and_end_are_there_together() throws Exception {
    var answer =
        store.complete((connection, abort) -> {
          insert(connection);
          assertThat(effects()).isZero();
          assertThat(status()).isEqualTo(TaskStatus.RUNNING);
          return success();
        });

    assertThat(answer).isEqualTo(new Completed.Done(success()));
    assertThat(effects()).isEqualTo(1);
    assertThat(status()).isEqualTo(TaskStatus.SUCCESSFUL);
    assertThat(Actors.get(store, task.resultId()).result().value()).isEqualTo(new Json("\"ok\""));
  }

  @Test
  void what_is_settled_later_changes_nothing() throws Exception {
    store.complete(this::insertAndSucceed);
    var before = Actors.get(store, task.resultId());

    var answer = store.settle(List.of(Actors.settlement(task, FAILED)));

    assertThat(answer)
        .containsExactly(new Settled.Applied(new Place.Finished(TaskStatus.SUCCESSFUL, 1)));
    assertThat(Actors.get(store, task.resultId())).isEqualTo(before);
  }

  @Test
  void a_second_completion_of_one_attempt_is_stale() throws Exception {
    store.complete(this::insertAndSucceed);

    assertThat(store.complete(this::insertAndSucceed)).isEqualTo(new Completed.Stale());
    assertThat(effects()).isEqualTo(1);
  }

  @Test
  void nothing_is_there_when_the_work_throws() {
    var cause = new IOException("no paper");

    assertThatThrownBy(() ->
            store.complete((connection, abort) -> {
              insert(connection);
              throw cause;
            }))
        .isSameAs(cause);

    assertNothingHappened();
  }

  @Test
  void nothing_is_there_when_the_work_hides_an_error_of_its_own() {
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() ->
            store.complete((connection, abort) -> {
              insert(connection);
              assertThatThrownBy(() -> run(connection, "SELECT 1 / 0"))
                  .isInstanceOf(SQLException.class);
              return success();
            }))
        .withMessageContaining("complete a task");

    assertNothingHappened();
  }

  @Test
  void nothing_is_there_when_the_task_was_taken_back_meanwhile() throws Exception {
    try (var other = DATABASE.open(Settings.defaults())) {
      var answer =
          store.complete((connection, abort) -> {
            insert(connection);
            other.leave(worker);
            var again = Actors.claim(other, Actors.join(other), 1).getFirst();
            assertThat(again.resultId()).isEqualTo(task.resultId());
            return success();
          });

      assertThat(answer).isEqualTo(new Completed.Stale());
      assertThat(effects()).isZero();
      assertThat(status()).isEqualTo(TaskStatus.RUNNING);
    }
  }

  @Test
  void only_a_success_can_be_completed() {
    assertThatThrownBy(() ->
            store.complete((connection, abort) -> {
              insert(connection);
              return Actors.settlement(task, FAILED);
            }))
        .isInstanceOf(IllegalArgumentException.class);

    assertNothingHappened();
  }

  @Nested
  final class A_connection {
    @Test
    void that_dies_in_the_work_leaves_nothing() {
      assertThatThrownBy(() ->
              store.complete((connection, abort) -> {
                insert(connection);
                run(connection, KILL_ITSELF);
                return success();
              }))
          .isInstanceOf(SQLException.class);

      assertNothingHappened();
    }

    @Test
    void that_dies_right_before_the_commit_leaves_nothing() {
      DATABASE.sql(
          "CREATE OR REPLACE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM"
              + " pg_terminate_backend(pg_backend_pid()); RETURN NULL; END'; CREATE CONSTRAINT"
              + " TRIGGER die AFTER INSERT ON effect DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
              + " EXECUTE FUNCTION die()");

      assertThatExceptionOfType(StoreException.class)
          .isThrownBy(() -> store.complete(CompleteTest.this::insertAndSucceed));

      assertNothingHappened();
    }

    @Test
    void that_is_aborted_in_the_work_leaves_nothing_and_ends_what_runs() {
      assertThatThrownBy(() ->
              store.complete((connection, abort) -> {
                insert(connection);
                abortOnceAsleep(abort);
                run(connection, "SELECT pg_sleep(600)");
                return success();
              }))
          .isInstanceOf(SQLException.class);

      assertNothingHappened();
      Actors.until("the server has ended it", Duration.ofMillis(50), () -> sleepers().isEmpty());
    }

    @Test
    void that_is_aborted_in_the_commit_leaves_both_or_neither() {
      DATABASE.sql(
          "CREATE OR REPLACE FUNCTION nap() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM"
              + " pg_sleep(0.5); RETURN NULL; END'; CREATE CONSTRAINT TRIGGER nap AFTER INSERT ON"
              + " effect DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION nap()");

      var isDone =
          isDone((connection, abort) -> {
            insert(connection);
            abortOnceAsleep(abort);
            return success();
          });

      Actors.until("no commit is under way", Duration.ofMillis(10), () -> writers().isEmpty());
      // What was told then is what is now.
      assertThat(effects()).isEqualTo(isDone ? 1 : 0);
      assertThat(status()).isEqualTo(isDone ? TaskStatus.SUCCESSFUL : TaskStatus.RUNNING);
    }

    private boolean isDone(Completion completion) {
      try {
        return store.complete(completion) instanceof Completed.Done;
      } catch (Exception e) {
        return false;
      }
    }

    private void abortOnceAsleep(Runnable abort) {
      Thread.ofVirtual()
          .start(() -> {
            Actors.until("the server works", Duration.ofMillis(10), () -> !sleepers().isEmpty());
            abort.run();
          });
    }

    @Test
    void cannot_end_the_transaction() throws Exception {
      store.complete((connection, abort) -> {
        insert(connection);
        assertThatThrownBy(connection::commit).hasMessageContaining("not for the work");
        assertThatThrownBy(connection::rollback).hasMessageContaining("to roll it back, throw");
        assertThatThrownBy(() -> connection.setAutoCommit(true)).isInstanceOf(SQLException.class);
        assertThatThrownBy(() -> connection.abort(Runnable::run)).isInstanceOf(SQLException.class);
        connection.close();
        assertThat(connection.isClosed()).isFalse();
        var before = connection.setSavepoint();
        insert(connection);
        connection.rollback(before);
        return success();
      });

      assertThat(effects()).isEqualTo(1);
    }

    @Test
    void is_of_no_use_after_the_work() throws Exception {
      var kept = new AtomicReference<Connection>();

      store.complete((connection, abort) -> {
        kept.set(connection);
        return success();
      });

      assertThat(kept.get().isClosed()).isTrue();
      assertThatThrownBy(() -> insert(kept.get())).hasMessageContaining("is over");
    }

    @Test
    void may_be_told_another_isolation_for_this_once() throws Exception {
      var seen = new ArrayList<String>();
      store.complete((connection, abort) -> {
        connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
        seen.add(isolation(connection));
        return success();
      });
      Actors.enqueue(store, 1);
      task = Actors.claim(store, worker, 1).getFirst();
      store.complete((connection, abort) -> {
        seen.add(isolation(connection));
        return success();
      });

      assertThat(seen).containsExactly("serializable", "read committed");
    }
  }

  @Nested
  final class A_transaction_that_others_undo {
    @Test
    void is_done_again_work_and_all() throws Exception {
      var runs = new AtomicInteger();

      var answer =
          store.complete((connection, abort) -> {
            insert(connection);
            if (runs.incrementAndGet() < 3) {
              run(connection, CONFLICT);
            }
            return success();
          });

      assertThat(answer).isInstanceOf(Completed.Done.class);
      assertThat(runs).hasValue(3);
      assertThat(effects()).isEqualTo(1);
    }

    @Test
    void is_told_as_undone_in_the_end() throws Exception {
      var answer =
          store.complete((connection, abort) -> {
            insert(connection);
            try {
              run(connection, CONFLICT);
            } catch (SQLException e) {
              throw new IllegalStateException("wrapped", e);
            }
            return success();
          });

      assertThat(answer).isInstanceOf(Completed.Undone.class);
      assertNothingHappened();
    }

    @Test
    void may_be_undone_in_its_very_commit() throws Exception {
      DATABASE.sql(
          "CREATE SEQUENCE IF NOT EXISTS tries; ALTER SEQUENCE tries RESTART; CREATE OR REPLACE"
              + " FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN IF"
              + " nextval(''tries'') < 3 THEN RAISE EXCEPTION ''in the way'' USING ERRCODE ="
              + " ''40001''; END IF; RETURN NULL; END'; CREATE CONSTRAINT TRIGGER refuse AFTER"
              + " INSERT ON effect DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION"
              + " refuse()");

      var answer = store.complete(CompleteTest.this::insertAndSucceed);

      assertThat(answer).isInstanceOf(Completed.Done.class);
      assertThat(effects()).isEqualTo(1);
      assertThat(status()).isEqualTo(TaskStatus.SUCCESSFUL);
    }
  }

  @Nested
  final class A_commit_without_an_answer {
    private final BreakingSource source = new BreakingSource(DATABASE.source());

    @Test
    void that_was_done_is_found() throws Exception {
      try (var breaking = open()) {
        source.breakAfterCommit();

        assertThat(breaking.complete(CompleteTest.this::insertAndSucceed))
            .isInstanceOf(Completed.Done.class);
      }
      assertThat(effects()).isEqualTo(1);
      assertThat(status()).isEqualTo(TaskStatus.SUCCESSFUL);
    }

    @Test
    void that_was_not_done_is_found_to_be_none() {
      try (var breaking = open()) {
        source.breakBeforeCommit();

        assertThatExceptionOfType(StoreException.class)
            .isThrownBy(() -> breaking.complete(CompleteTest.this::insertAndSucceed))
            .withMessageContaining("complete a task");
      }
      assertNothingHappened();
    }

    @Test
    void is_settled_when_the_database_is_back() {
      try (var breaking = open()) {
        source.breakAfterCommit();
        source.stayAway();

        assertThatExceptionOfType(StoreException.class)
            .isThrownBy(() -> breaking.complete(CompleteTest.this::insertAndSucceed))
            .withMessageContaining("nobody knows yet")
            .matches(StoreException::isTransient);
        source.comeBack();
        var answer = breaking.settle(List.of(Actors.settlement(task, FAILED)));

        assertThat(answer)
            .containsExactly(new Settled.Applied(new Place.Finished(TaskStatus.SUCCESSFUL, 1)));
      }
      assertThat(effects()).isEqualTo(1);
    }

    private TaskStore open() {
      return new PostgresStoreProvider().open(source.source(), Settings.defaults()).orElseThrow();
    }
  }

  @Test
  void handlers_that_keep_all_connections_do_not_hold_up_the_engine() throws Exception {
    var all = WorkConnections.MOST;
    Actors.enqueue(store, all);
    var tasks = Actors.claim(store, worker, all);
    var atWork = new CountDownLatch(all);
    var goOn = new CountDownLatch(1);
    var completions = new ArrayList<CompletableFuture<Completed>>();
    for (var each : tasks) {
      completions.add(
          completing((connection, abort) -> {
            atWork.countDown();
            goOn.await();
            return success(each);
          }));
    }
    assertThat(atWork.await(20, TimeUnit.SECONDS)).isTrue();
    var oneMore = completing(this::insertAndSucceed);

    assertThat(store.renew(worker)).isInstanceOf(RenewAnswer.Alive.class);
    assertThat(Actors.claim(store, worker, 1)).isEmpty();
    assertThat(oneMore).isNotDone();
    goOn.countDown();

    assertThat(oneMore.get(20, TimeUnit.SECONDS)).isInstanceOf(Completed.Done.class);
    for (var completion : completions) {
      assertThat(completion.get(20, TimeUnit.SECONDS)).isInstanceOf(Completed.Done.class);
    }
  }

  private CompletableFuture<Completed> completing(Completion completion) {
    var future = new CompletableFuture<Completed>();
    Thread.ofVirtual()
        .start(() -> {
          try {
            future.complete(store.complete(completion));
          } catch (Exception e) {
            future.completeExceptionally(e);
          }
        });
    return future;
  }

  private Settlement insertAndSucceed(Connection connection, Runnable abort) throws SQLException {
    insert(connection);
    return success();
  }

  private Settlement success() {
    return success(task);
  }

  private static Settlement success(ClaimedTask task) {
    return Actors.settlement(task, new Outcome.Succeeded(new Json("\"ok\"")));
  }

  private void insert(Connection connection) throws SQLException {
    run(connection, "INSERT INTO effect VALUES (" + task.resultId() + ")");
  }

  private static void run(Connection connection, String sql) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String isolation(Connection connection) throws SQLException {
    try (var statement = connection.createStatement();
        var row = statement.executeQuery("SHOW transaction_isolation")) {
      row.next();
      return row.getString(1);
    }
  }

  private static int effects() {
    return Integer.parseInt(DATABASE.sql("SELECT count(*) FROM effect").getFirst());
  }

  private static List<String> sleepers() {
    return DATABASE.sql(
        "SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname ="
            + " current_database()");
  }

  private static List<String> writers() {
    return DATABASE.sql(
        "SELECT pid FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND datname ="
            + " current_database()");
  }

  private TaskStatus status() {
    return Actors.get(store, task.resultId()).standing().status();
  }

  private void assertNothingHappened() {
    assertThat(effects()).isZero();
    assertThat(status()).isEqualTo(TaskStatus.RUNNING);
    assertThat(Actors.get(store, task.resultId()).standing().attempts()).isEqualTo(1);
  }
}
