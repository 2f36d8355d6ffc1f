package io.reproq.jdbc.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

import io.reproq.retry.RetryPolicy;
import io.reproq.store.NewTask;
import io.reproq.store.QueueStatus;
import io.reproq.store.TaskStore;
import io.reproq.task.Failure;
import io.reproq.task.FailureKind;
import io.reproq.task.Outcome;
import io.reproq.task.Spec;
import io.reproq.task.TaskStatus;
import io.reproq.testkit.StoreInvariants;
import io.reproq.workflow.Workflow;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What plain SQL may order about failed tasks, and about the time in which a task may start.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class SqlOrdersTest {
  private static final NewTask ONCE =
      NewTask.of(Spec.of(Fixture.GREET).retry(RetryPolicy.never()).build());

  @TempDir Path folder;
  Fixture fixture;
  TaskStore store;

  @BeforeEach
  void begin() {
    fixture = new Fixture(folder);
    store = fixture.open();
  }

  @AfterEach
  void end() {
    StoreInvariants.check(store);
    fixture.close();
  }

  @Test
  void a_failed_task_has_all_its_attempts_again() throws Exception {
    var id = Fixture.enqueue(store, ONCE.unique(true));
    failNext();

    order("retry", id);

    assertThat(
            fixture.sql("SELECT status, attempts, version, last_error, worker_ids FROM task_runs"))
        .containsExactly("READY|0|4|null|[\"anna\"]");
    assertThat(store.counts()).isEqualTo(Map.of(counted(TaskStatus.READY), 1L));
    assertThat(Fixture.enqueue(store, ONCE.unique(true))).isEqualTo(id);
    assertThat(Fixture.claim(store, Fixture.join(store), 5))
        .extracting(task -> task.resultId(), task -> task.attempt())
        .containsExactly(tuple(id, 1));
  }

  @Test
  void a_failed_task_is_given_up() throws Exception {
    var id = Fixture.enqueue(store, ONCE);
    failNext();

    order("discard", id);

    assertThat(fixture.sql("SELECT status, attempts, version, last_error FROM task_runs"))
        .containsExactly("CANCELLED|1|4|discarded");
    assertThat(Fixture.get(store, id).result().errors())
        .extracting(error -> error.failure().kind())
        .containsExactly(FailureKind.APP_ERROR, FailureKind.CANCELLED);
    assertThat(store.counts()).isEqualTo(Map.of(counted(TaskStatus.CANCELLED), 1L));
  }

  @Test
  void what_is_not_failed_is_left_alone() throws Exception {
    var id = Fixture.enqueue(store, 1).getFirst();
    var before = fixture.sql("SELECT * FROM task_runs");

    for (var command : List.of("retry", "discard")) {
      order(command, id);
      order(command, 12345);
    }

    assertThat(fixture.sql("SELECT * FROM task_runs")).isEqualTo(before);
    assertThat(fixture.sql("SELECT count(*) FROM task_command")).containsExactly("0");
  }

  @Test
  void a_task_whose_twin_is_not_over_stays_failed() throws Exception {
    var id = Fixture.enqueue(store, ONCE.unique(true));
    failNext();
    Fixture.enqueue(store, ONCE.unique(true));

    assertThatExceptionOfType(SQLException.class)
        .isThrownBy(() -> order("retry", id))
        .withMessageContaining("stays FAILED: another one has the same spec_hash");

    assertThat(fixture.sql("SELECT status FROM task_runs ORDER BY result_id"))
        .containsExactly("FAILED", "READY");
  }

  @Test
  void a_member_of_a_workflow_is_left_to_the_engine() throws Exception {
    var chain = Workflow.chain(Workflow.step(ONCE), Workflow.step(ONCE)).compile();
    var ids = store.enqueueWorkflow(chain).resultIds();
    failNext();

    assertThatExceptionOfType(SQLException.class)
        .isThrownBy(() -> order("retry", ids.getFirst()))
        .withMessageContaining("reproq triage retry");

    assertThat(fixture.sql("SELECT DISTINCT status FROM task_runs")).containsExactly("FAILED");
  }

  @Test
  void a_task_that_expires_is_not_started_after_it() throws Exception {
    fixture.sql(
        "INSERT INTO task_enqueue (task_path, expires_at)"
            + " VALUES ('sample.greet', '2020-01-01T01:00:00+01:00')");
    fixture.sql(
        "INSERT INTO task_enqueue (task_path, expires_at)"
            + " VALUES ('sample.greet', '2099-01-01 00:00:00.5')");

    assertThat(Fixture.claim(store, Fixture.join(store), 5)).hasSize(1);

    assertThat(
            fixture.sql("SELECT status, expires_at, last_error FROM task_runs ORDER BY result_id"))
        .containsExactly(
            "CANCELLED|2020-01-01 00:00:00.000000|" + Failure.EXPIRED.summary(),
            "RUNNING|2099-01-01 00:00:00.500000|null");
  }

  @Test
  void a_task_that_expires_and_is_never_claimed_ends_all_the_same() throws Exception {
    fixture.sql(
        "INSERT INTO task_enqueue (task_path, queue_name, expires_at)"
            + " VALUES ('sample.greet', 'unserved', '2020-01-01')");

    store.promote(10);

    assertThat(fixture.sql("SELECT status FROM task_runs")).containsExactly("CANCELLED");
  }

  private void order(String command, long id) throws SQLException {
    fixture.sql(
        "INSERT INTO task_command (command, result_id) VALUES ('%s', %d)".formatted(command, id));
  }

  private void failNext() {
    var worker = Fixture.join(store);
    var task = Fixture.claim(store, worker, 1).getFirst();
    var failed = new Outcome.Failed(Failure.of(FailureKind.APP_ERROR, "boom"), true);
    store.settle(List.of(Fixture.settlement(task, failed)));
    store.leave(worker);
  }

  private static QueueStatus counted(TaskStatus status) {
    return new QueueStatus("default", status);
  }
}
