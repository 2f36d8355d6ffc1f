package io.reproq.jdbc.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.store.ClaimedTask;
import io.reproq.store.NewTask;
import io.reproq.store.StoreProvider.Settings;
import io.reproq.store.TaskStore;
import io.reproq.task.Rank;
import io.reproq.task.Spec;
import io.reproq.testkit.SettableClock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// What becomes of tasks that are there when the worth of a step of priority changes.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class AgingTest {
  private static final TestDatabase DATABASE = TestServer.fresh();

  private final SettableClock clock = new SettableClock();
  private final Settings settings = Settings.defaults().withTime(clock);

  @Test
  void another_factor_reranks_the_tasks_of_every_place() {
    try (var store = DATABASE.openEmpty(settings)) {
      enqueue(store, Spec.of(Actors.GREET).priority(3));
      enqueue(store, Spec.of("sample.unknown").priority(7));
      var worker = Actors.join(store);
      Actors.claim(store, worker, 10);
      var soon = NewTask.of(Spec.of(Actors.GREET).priority(5).build());
      store.enqueue(List.of(soon.after(Duration.ofHours(1))));
      enqueue(store, Spec.of(Actors.GREET).priority(9));
      enqueue(store, Spec.of(Actors.GREET).priority(4));
      DATABASE.sql(
          """
          WITH gone AS (
            DELETE FROM reproq.ready WHERE result_id = (SELECT max(result_id) FROM reproq.ready)
            RETURNING *)
          INSERT INTO reproq.waiting
            (result_id, rank, version, attempts, wait_count, queue_name, task_path)
          SELECT result_id, rank, version, 0, 1, queue_name, task_path FROM gone
          """);
    }

    DATABASE.open(settings.withRank(new Rank(Duration.ofSeconds(1)))).close();

    assertThat(DATABASE.sql("SELECT value FROM reproq.setting WHERE name = 'aging_ms'"))
        .containsExactly("1000");
    for (var place : List.of("ready", "deferred", "parked", "waiting")) {
      assertThat(
              DATABASE.sql(
                  "SELECT p.rank = reproq.rank_of(t.priority, t.enqueued_at, 1000) FROM reproq."
                      + place
                      + " p JOIN reproq.task t USING (result_id)"))
          .as(place)
          .containsExactly("t");
    }
  }

  @Test
  void the_order_of_what_is_ready_already_follows_the_factor() {
    long old;
    long urgent;
    try (var store = DATABASE.openEmpty(settings)) {
      old = enqueue(store, Spec.of(Actors.GREET));
      clock.advance(Duration.ofSeconds(10));
      urgent = enqueue(store, Spec.of(Actors.GREET).priority(1));
    }

    try (var store = DATABASE.open(settings.withRank(new Rank(Duration.ofSeconds(5))))) {
      var worker = Actors.join(store);
      assertThat(Actors.claim(store, worker, 2))
          .extracting(ClaimedTask::resultId)
          .containsExactly(old, urgent);
    }
  }

  @Test
  void a_store_that_is_opened_without_a_factor_leaves_it() {
    DATABASE.openEmpty(settings.withRank(new Rank(Duration.ZERO))).close();

    DATABASE.open(settings).close();

    assertThat(DATABASE.sql("SELECT value FROM reproq.setting WHERE name = 'aging_ms'"))
        .containsExactly("0");
  }

  private static long enqueue(TaskStore store, Spec.Builder spec) {
    return store.enqueue(List.of(NewTask.of(spec.build()))).getFirst().resultId();
  }
}
