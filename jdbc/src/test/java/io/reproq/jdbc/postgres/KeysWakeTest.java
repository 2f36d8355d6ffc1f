package io.reproq.jdbc.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.json.Json;
import io.reproq.store.ClaimedTask;
import io.reproq.store.NewTask;
import io.reproq.store.StoreProvider.Settings;
import io.reproq.store.TaskStore;
import io.reproq.task.Limits;
import io.reproq.task.Outcome;
import io.reproq.task.Spec;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// One parks under a key while the other lets it go, and either commits last. Nobody sweeps. Each
/// is held up by a row that a third session has written, and takes back.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class KeysWakeTest {
  private static final TestDatabase DATABASE = TestServer.fresh();
  private static final String WAITING =
      "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname ="
          + " current_database()";

  private TaskStore store;
  private PlainSession other;
  private UUID anna;
  private UUID ben;
  private ClaimedTask held;
  private long second;

  @BeforeEach
  void begin() throws SQLException {
    store = DATABASE.openEmpty(Settings.defaults());
    other = PlainSession.of(DATABASE);
    other.connection().setAutoCommit(false);
    anna = Actors.join(store);
    ben = Actors.join(store);
    var spec = Spec.of(Actors.GREET).limits(new Limits("a", null, 0)).build();
    second = store.enqueue(Collections.nCopies(2, NewTask.of(spec))).getLast().resultId();
    held = Actors.claim(store, anna, 1).getFirst();
  }

  @AfterEach
  void end() throws SQLException {
    other.close();
    store.close();
  }

  @Test
  void a_claim_that_commits_last_finds_the_key_free() throws Exception {
    other.run(
        "INSERT INTO reproq.parked (result_id, rank, version, attempts, queue_name, task_path,"
            + " parked_key) VALUES ("
            + second
            + ", 1, 2, 0, 'default', 'x', 'path:x')");
    var claim = waiting(() -> Actors.claim(store, ben, 1));
    settle();

    other.connection().rollback();

    assertThat(claim.get(10, TimeUnit.SECONDS)).isEmpty();
    assertThat(Actors.get(store, second).standing().place()).isEqualTo("ready");
  }

  @Test
  void a_settlement_that_commits_last_finds_who_was_parked() throws Exception {
    other.run(
        "INSERT INTO reproq.finished (result_id, finished_at, version, attempts, status,"
            + " queue_name, task_path) VALUES ("
            + held.resultId()
            + ", now(), 2, 0, 'CANCELLED', 'x', 'x')");
    var settled = waiting(this::settle);
    assertThat(Actors.claim(store, ben, 1)).isEmpty();
    assertThat(Actors.get(store, second).standing().parkedKey()).isEqualTo("lock:a");

    other.connection().rollback();

    assertThat(settled.get(10, TimeUnit.SECONDS)).isTrue();
    assertThat(Actors.get(store, second).standing().place()).isEqualTo("ready");
  }

  @Test
  void who_has_died_before_looking_is_made_up_for_by_the_sweep() throws Exception {
    assertThat(Actors.claim(store, ben, 1)).isEmpty();
    other.run("DELETE FROM reproq.running WHERE result_id = " + held.resultId());
    other.connection().commit();

    store.promote(10);

    assertThat(Actors.get(store, second).standing().place()).isEqualTo("ready");
  }

  private boolean settle() {
    var success = Actors.settlement(held, new Outcome.Succeeded(Json.NULL));
    return store.settle(List.of(success)).size() == 1;
  }

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
