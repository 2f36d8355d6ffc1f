package io.reproq.jdbc.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.json.Json;
import io.reproq.store.NewTask;
import io.reproq.store.Pruning;
import io.reproq.store.Pruning.Way;
import io.reproq.store.QueueStatus;
import io.reproq.store.StoreProvider.Settings;
import io.reproq.store.TaskStore;
import io.reproq.task.Failure;
import io.reproq.task.FailureKind;
import io.reproq.task.Outcome;
import io.reproq.task.Spec;
import io.reproq.task.TaskStatus;
import io.reproq.testkit.SettableClock;
import io.reproq.workflow.Workflow;
import java.sql.SQLException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// Partitions: made ahead of the ids, and dropped when nothing in them is wanted.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class RetentionTest {
  private static final Duration WEEK = Duration.ofDays(7);
  private static final long SIZE = 10_000_000;
  private static final String PARTITIONS = "SELECT low FROM reproq.task_range ORDER BY low";

  private final SettableClock clock = new SettableClock();
  private TestDatabase database;
  private TaskStore store;
  private UUID worker;

  @BeforeEach
  void begin() {
    database = TestServer.fresh();
    store = database.open(Settings.defaults().withTime(clock));
    worker = Actors.join(store);
  }

  @AfterEach
  void end() {
    store.close();
  }

  @Test
  void partitions_are_made_ahead_of_the_ids() {
    assertThat(database.sql(PARTITIONS)).containsExactly("0", "10000000");

    moveOn(1);
    assertThat(database.sql(PARTITIONS)).containsExactly("0", "10000000", "20000000");

    clock.advance(Duration.ofMinutes(2));
    moveIds(2 * SIZE + 5);
    store.reclaim(worker);
    assertThat(database.sql(PARTITIONS)).containsExactly("0", "10000000", "20000000", "30000000");
  }

  @Test
  void an_id_beyond_all_partitions_is_kept_too() {
    moveIds(70 * SIZE);
    var id = finished(new Outcome.Succeeded(Json.NULL));

    database.sql("SELECT reproq.add_partitions()");
    var next = finished(new Outcome.Succeeded(Json.NULL));

    assertThat(Actors.get(store, id).standing().status()).isEqualTo(TaskStatus.SUCCESSFUL);
    assertThat(Actors.get(store, next).standing().status()).isEqualTo(TaskStatus.SUCCESSFUL);
    assertThat(database.sql(PARTITIONS)).containsExactly("0", "10000000", "710000000");
  }

  @Test
  void a_partition_whose_tasks_are_all_old_is_dropped() {
    var first = finished(new Outcome.Succeeded(new Json("1")));
    var failed = finished(failure());
    moveOn(1);
    clock.advance(WEEK);
    var young = finished(new Outcome.Succeeded(Json.NULL));

    var pruned = store.prune(all().by(Way.DROP));

    assertThat(pruned.count()).isEqualTo(2);
    assertThat(database.sql(PARTITIONS)).containsExactly("10000000", "20000000");
    assertThat(store.find(List.of(first, failed, young))).hasSize(1);
    assertThat(database.sql("SELECT count(*) FROM reproq.failure")).containsExactly("0");
    assertThat(store.counts())
        .containsOnly(java.util.Map.entry(new QueueStatus("default", TaskStatus.SUCCESSFUL), 1L));
  }

  @Test
  void a_partition_in_use_is_left_and_its_tasks_go_one_by_one() throws SQLException {
    var old = finished(new Outcome.Succeeded(Json.NULL));
    moveOn(1);
    clock.advance(WEEK);

    try (var other = database.connect();
        var statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("SELECT count(*) FROM reproq.task");

      assertThat(store.prune(all().by(Way.DROP)).count()).isEqualTo(1);
    }

    assertThat(database.sql(PARTITIONS)).contains("0");
    assertThat(store.find(List.of(old))).isEmpty();
  }

  @Test
  void a_partition_that_ids_still_come_from_is_not_dropped() {
    finished(new Outcome.Succeeded(Json.NULL));
    clock.advance(WEEK);

    assertThat(store.prune(all().by(Way.DROP)).count()).isEqualTo(1);

    assertThat(database.sql(PARTITIONS)).containsExactly("0", "10000000");
  }

  @Test
  void a_partition_with_one_task_that_is_not_over_is_not_dropped() {
    var ready = Actors.enqueue(store, 1).getFirst();
    database.sql("UPDATE reproq.ready SET queue_name = 'other'");
    finished(new Outcome.Succeeded(Json.NULL));
    moveOn(1);
    clock.advance(WEEK);

    assertThat(store.prune(all().by(Way.DROP)).count()).isEqualTo(1);

    assertThat(database.sql(PARTITIONS)).contains("0");
    assertThat(Actors.get(store, ready).standing().status()).isEqualTo(TaskStatus.READY);
  }

  @Test
  void a_partition_with_a_failed_task_stays_while_those_are_kept() {
    var failed = finished(failure());
    var good = finished(new Outcome.Succeeded(Json.NULL));
    moveOn(1);
    clock.advance(WEEK);

    assertThat(store.prune(Pruning.of(WEEK, 100).by(Way.DROP)).count()).isEqualTo(1);

    assertThat(database.sql(PARTITIONS)).contains("0");
    assertThat(store.find(List.of(failed, good))).hasSize(1);
  }

  @Test
  void a_partition_with_a_member_of_a_workflow_that_is_not_over_is_not_dropped() {
    moveIds(SIZE - 2);
    var step = Workflow.step(NewTask.of(Spec.of(Actors.GREET).build()));
    var workflow = store.enqueueWorkflow(Workflow.chain(step, step).compile());
    assertThat(workflow.resultIds()).containsExactly(SIZE - 1, SIZE);
    succeed();
    moveOn(2);
    clock.advance(WEEK);

    assertThat(store.prune(all().by(Way.DROP)).count()).isZero();

    assertThat(database.sql(PARTITIONS)).contains("0", "10000000");
    assertThat(store.results(SIZE)).hasSize(1);
    succeed();
    clock.advance(WEEK);
    assertThat(store.prune(all().by(Way.DROP)).count()).isEqualTo(2);
    assertThat(database.sql(PARTITIONS)).doesNotContain("0", "10000000");
    assertThat(store.findWorkflow(workflow.workflowId())).isEmpty();
    assertThat(database.sql("SELECT * FROM reproq.dependency")).isEmpty();
  }

  @Test
  void marks_and_cancel_requests_of_what_is_over_are_swept() {
    var id = finished(new Outcome.Succeeded(Json.NULL));
    var ready = Actors.enqueue(store, 1).getFirst();
    database.sql("INSERT INTO reproq.active_hash VALUES ('\\x00', " + id + ")");
    database.sql("INSERT INTO reproq.cancel_request VALUES (" + ready + ", now())");

    clock.advance(Duration.ofMinutes(2));
    store.reclaim(worker);

    assertThat(database.sql("SELECT * FROM reproq.active_hash")).isEmpty();
    assertThat(database.sql("SELECT * FROM reproq.cancel_request")).isEmpty();
    assertThat(Actors.get(store, ready).standing().status()).isEqualTo(TaskStatus.CANCELLED);
  }

  @Test
  void the_tables_that_change_most_are_cleaned_after_many_moves() {
    try (var same = Database.of(database.dsn())) {
      var upkeep = new Upkeep(new Runner(same, clock, () -> {}), clock);
      upkeep.moved(60_000);
      clock.advance(Duration.ofSeconds(2));

      upkeep.look();
    }

    Actors.until(
        "the server tells of it",
        Duration.ofMillis(50),
        () ->
            database
                .sql(
                    "SELECT relname FROM pg_stat_user_tables WHERE schemaname = 'reproq'"
                        + " AND vacuum_count > 0 ORDER BY relname")
                .equals(List.of("active_hash", "parked", "ready", "running")));
  }

  /// As if all ids of `partitions` had been given.
  private void moveOn(int partitions) {
    moveIds(partitions * SIZE + 5);
    database.sql("SELECT reproq.add_partitions()");
  }

  private void moveIds(long last) {
    database.sql("SELECT setval('reproq.task_id', " + last + ")");
  }

  private long finished(Outcome outcome) {
    var id = Actors.enqueue(store, 1).getFirst();
    end(outcome);
    return id;
  }

  private void succeed() {
    end(new Outcome.Succeeded(Json.NULL));
  }

  private void end(Outcome outcome) {
    var task = Actors.claim(store, worker, 1).getFirst();
    store.settle(List.of(Actors.settlement(task, outcome)));
  }

  private static Outcome failure() {
    return new Outcome.Failed(new Failure(FailureKind.APP_ERROR, null, "boom", null), false);
  }

  private static Pruning all() {
    return Pruning.of(WEEK, 100)
        .in(EnumSet.of(TaskStatus.SUCCESSFUL, TaskStatus.FAILED, TaskStatus.CANCELLED));
  }
}
