package io.reproq.jdbc.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.store.NewTask;
import io.reproq.store.StoreProvider.Settings;
import io.reproq.task.Rank;
import io.reproq.task.Spec;
import io.reproq.testkit.SettableClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What becomes of tasks that are there when the worth of a step of priority changes.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class AgingTest {
  @TempDir private Path folder;

  private final Settings settings = Settings.defaults().withTime(new SettableClock());

  @Test
  void another_factor_reranks_the_tasks_of_every_place() throws Exception {
    try (var file = new Fixture(folder)) {
      var store = file.open(settings);
      Fixture.enqueue(store, Spec.of(Fixture.GREET).priority(3));
      var late = NewTask.of(Spec.of(Fixture.GREET).priority(5).build());
      Fixture.enqueue(store, late.after(Duration.ofHours(1)));
      for (var place : List.of("parked", "waiting")) {
        Fixture.enqueue(store, Spec.of(Fixture.GREET).priority(9));
        move(file, place);
      }
      assertThat(ranks(file, 60_000)).isEqualTo(4);

      file.open(settings.withRank(new Rank(Duration.ofSeconds(1)))).close();

      assertThat(file.sql("SELECT value FROM setting WHERE name = 'aging_ms'"))
          .containsExactly("1000");
      assertThat(ranks(file, 1000)).isEqualTo(4);
    }
  }

  @Test
  void a_store_that_is_opened_without_a_factor_leaves_it() throws Exception {
    try (var file = new Fixture(folder)) {
      file.open(settings.withRank(new Rank(Duration.ZERO)));

      file.open(settings);

      assertThat(file.sql("SELECT value FROM setting WHERE name = 'aging_ms'"))
          .containsExactly("0");
    }
  }

  /// Puts the last task from ready to another place.
  private static void move(Fixture file, String place) throws Exception {
    var more = place.equals("parked") ? "parked_key" : "wait_count";
    file.sql(
        "INSERT INTO %s (result_id, queue_name, task_path, rank, version, attempts, %s) SELECT"
                .formatted(place, more)
            + " result_id, queue_name, task_path, rank, version, attempts, 1 FROM ready WHERE"
            + " result_id = (SELECT max(result_id) FROM ready)");
    file.sql("DELETE FROM ready WHERE result_id IN (SELECT result_id FROM " + place + ")");
  }

  /// How many rows have the rank that they should have.
  private static int ranks(Fixture file, int agingMillis) throws Exception {
    var right = 0;
    for (var place : List.of("ready", "deferred", "parked", "waiting")) {
      var rows =
          file.sql(
              "SELECT count(*) FROM %s p JOIN task t USING (result_id)".formatted(place)
                  + " WHERE p.rank = t.enqueued_at / 1000 - t.priority * "
                  + agingMillis);
      right += Integer.parseInt(rows.getFirst());
    }
    return right;
  }
}
