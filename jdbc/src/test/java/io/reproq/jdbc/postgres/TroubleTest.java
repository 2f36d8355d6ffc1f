package io.reproq.jdbc.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.reproq.json.Json;
import io.reproq.store.StoreException;
import io.reproq.store.StoreProvider.Settings;
import io.reproq.store.TaskQuery;
import io.reproq.store.TaskStore;
import io.reproq.task.FailureKind;
import io.reproq.task.Outcome;
import io.reproq.task.TaskStatus;
import io.reproq.testkit.ManualWorker;
import io.reproq.testkit.SettableClock;
import io.reproq.testkit.StoreInvariants;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// A database that takes some outcomes not now, or not at all. A trigger plays the database's part.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class TroubleTest {
  private static final TestDatabase DATABASE = TestServer.fresh();
  private static final Duration LOOK = Duration.ofMillis(20);

  private final SettableClock clock = new SettableClock();
  private TaskStore store;

  @BeforeEach
  void begin() {
    DATABASE.sql("CREATE SEQUENCE IF NOT EXISTS refusals; ALTER SEQUENCE refusals RESTART");
    store = DATABASE.openEmpty(Settings.defaults().withTime(clock));
  }

  @AfterEach
  void end() {
    relent();
    StoreInvariants.check(store);
    store.close();
  }

  @Test
  void a_full_disk_says_what_to_do_and_takes_the_outcome_later() {
    Actors.enqueue(store, 1);
    var worker = Actors.join(store);
    var success =
        List.of(
            Actors.settlement(
                Actors.claim(store, worker, 1).getFirst(), new Outcome.Succeeded(Json.NULL)));
    refuse("53100", "true");

    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> store.settle(success))
        .withMessageContaining("the server's disk is full: make room, nothing was lost")
        .matches(StoreException::isTransient);
    relent();

    assertThat(store.settle(success)).hasSize(1);
    assertThat(Actors.unfinished(store)).isZero();
  }

  @Test
  void a_worker_keeps_its_outcomes_while_the_disk_is_full() {
    refuse("53100", "true");
    Actors.enqueue(store, 20);
    try (var worker =
        LiveWorker.start("anna", DATABASE.open(Settings.defaults()), LiveWorker.DONE)) {
      Actors.until("it has tried a few times", LOOK, () -> refusals() >= 4);
      assertThat(worker.applied()).isEmpty();
      assertThat(DATABASE.sql("SELECT DISTINCT status, attempts FROM task_runs"))
          .containsExactly("RUNNING|1");

      relent();
      Actors.until("all is applied", LOOK, () -> worker.applied().size() == 20);

      // One try each time, and a pause that grows: not a storm.
      assertThat(refusals()).isLessThan(30);
    }
    assertThat(DATABASE.sql("SELECT DISTINCT status, attempts FROM task_runs"))
        .containsExactly("SUCCESSFUL|1");
  }

  @Test
  void a_server_that_takes_no_writes_for_a_while_costs_no_attempt() {
    Actors.enqueue(store, 8);
    var worker = worker();
    worker.claim();
    worker.run();
    refuse("25006", "true");

    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(worker::settle)
        .withMessageContaining("takes no writes now")
        .matches(StoreException::isTransient);
    relent();

    assertThat(worker.settle()).isEqualTo(8);
    assertThat(DATABASE.sql("SELECT DISTINCT status, attempts FROM task_runs"))
        .containsExactly("SUCCESSFUL|1");
  }

  @Test
  void an_outcome_that_can_never_be_written_fails_alone() {
    var ids = Actors.enqueue(store, 8);
    var culprit = ids.get(5);
    refuse("22003", "NEW.status = 'SUCCESSFUL' AND NEW.result_id = " + culprit);
    var worker = worker();
    worker.claim();
    worker.run();

    worker.settle();

    assertThat(store.list(TaskQuery.first(10)))
        .filteredOn(run -> run.resultId() != culprit)
        .hasSize(7)
        .allSatisfy(run -> assertThat(run.standing().status()).isEqualTo(TaskStatus.SUCCESSFUL));
    var failed = Actors.get(store, culprit);
    assertThat(failed.standing().place()).isEqualTo("deferred");
    assertThat(failed.result().errors())
        .singleElement()
        .satisfies(error -> {
          assertThat(error.failure().kind()).isEqualTo(FailureKind.INFRA_ERROR);
          assertThat(error.failure().message()).contains("could not be stored");
        });
    // 8, 4 and 4, 2 and 2, 1 and 1: the culprit is met four times.
    assertThat(refusals()).isEqualTo(4);
  }

  private ManualWorker worker() {
    return ManualWorker.of("anna")
        .handle(Actors.GREET, attempt -> new Outcome.Succeeded(Json.NULL))
        .enter(store, clock);
  }

  /// From now on the end of a task is refused with `state` under a condition.
  private static void refuse(String state, String condition) {
    DATABASE.sql(
        """
        CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          IF %s THEN
            PERFORM nextval('refusals');
            RAISE EXCEPTION 'refused for the test' USING ERRCODE = '%s';
          END IF;
          RETURN NEW;
        END $$;
        CREATE TRIGGER refuse BEFORE INSERT ON reproq.finished
        FOR EACH ROW EXECUTE FUNCTION public.refuse()
        """
            .formatted(condition, state));
  }

  private static void relent() {
    DATABASE.sql("DROP FUNCTION IF EXISTS public.refuse CASCADE");
  }

  /// How often something was refused.
  private static long refusals() {
    var last = DATABASE.sql("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM refusals");
    return Long.parseLong(last.getFirst());
  }
}
