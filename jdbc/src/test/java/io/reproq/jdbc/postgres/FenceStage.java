package io.reproq.jdbc.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.json.Json;
import io.reproq.store.ClaimedTask;
import io.reproq.store.Settled;
import io.reproq.store.TaskStore;
import io.reproq.task.Outcome;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/// What the story of a fence is played on.
///
/// @param store with the fence or without it
/// @param other a session that is in the middle of a transaction
record FenceStage(TestDatabase database, TaskStore store, Connection other) {
  private static final String WAITING =
      "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname ="
          + " current_database()";

  /// Far less than what a deadlock or a time-out takes.
  private static final Duration SOON = Duration.ofSeconds(3);

  Settled succeed(ClaimedTask task) {
    return store
        .settle(List.of(Actors.settlement(task, new Outcome.Succeeded(Json.NULL))))
        .getFirst();
  }

  String place(long resultId) {
    return Actors.get(store, resultId).standing().place();
  }

  /// The world finds `worker` dead, as anybody may.
  void declareDead(UUID worker) {
    database.sql("UPDATE reproq.worker SET dead = true WHERE incarnation = '" + worker + "'");
  }

  /// Runs `sql` in the transaction of the other session.
  void run(String sql) throws SQLException {
    try (var statement = other.createStatement()) {
      statement.execute(sql);
    }
  }

  void commit() throws SQLException {
    other.commit();
  }

  /// Has the other session move a task to running, as a claim that is under way does.
  void claimMeanwhile(UUID worker, long resultId) throws SQLException {
    run("SELECT FROM reproq.worker WHERE incarnation = '" + worker + "' FOR KEY SHARE");
    run("DELETE FROM reproq.ready WHERE result_id = " + resultId);
    run(
        "INSERT INTO reproq.running (result_id, version, attempts, queue_name, task_path,"
            + " last_attempted_at, worker, claim_number) SELECT "
            + resultId
            + ", 2, 1, 'default', 'sample.greet', now(), number, 99 FROM reproq.worker"
            + " WHERE incarnation = '"
            + worker
            + "'");
  }

  /// What `call` answers, which waits for nobody.
  <T> T atOnce(Supplier<T> call) {
    return answer(CompletableFuture.supplyAsync(call));
  }

  /// What `call` answers, which waits for the other session until that commits.
  <T> T afterCommit(Supplier<T> call) throws SQLException {
    var future = CompletableFuture.supplyAsync(call);
    var waits = waits(future);
    commit();
    var answer = answer(future);
    assertThat(waits).as("the call should wait").isTrue();
    return answer;
  }

  /// Whether `call` waits for the other session, which then commits.
  boolean isHeldUp(Supplier<?> call) {
    var future = CompletableFuture.supplyAsync(call);
    var waits = waits(future);
    if (waits) {
      try {
        commit();
      } catch (SQLException e) {
        throw new AssertionError(e);
      }
    }
    answer(future);
    return waits;
  }

  private boolean waits(CompletableFuture<?> call) {
    Actors.until(
        "the call is over or waits for a lock",
        Duration.ofMillis(10),
        () -> call.isDone() || !database.sql(WAITING).isEmpty());
    return !call.isDone();
  }

  private <T> T answer(CompletableFuture<T> future) {
    try {
      return future.get(SOON.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("the call failed", e.getCause());
    } catch (TimeoutException e) {
      try {
        // So that it ends before the story does.
        other.rollback();
      } catch (SQLException rollback) {
        e.addSuppressed(rollback);
      }
      throw new AssertionError("the call waits for somebody", e);
    }
  }
}
