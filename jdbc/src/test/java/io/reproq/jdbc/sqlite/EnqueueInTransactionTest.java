package io.reproq.jdbc.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.reproq.dsn.Dsn;
import io.reproq.store.Enqueued;
import io.reproq.store.NewTask;
import io.reproq.store.StoreException;
import io.reproq.store.StoreProvider.Settings;
import io.reproq.store.TaskStore;
import io.reproq.task.Spec;
import io.reproq.task.TaskStatus;
import io.reproq.workflow.Workflow;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class EnqueueInTransactionTest {
  private static final NewTask TASK = NewTask.of(Spec.of("sample.greet").build());

  @TempDir private Path folder;
  private TaskStore store;
  private Connection mine;

  @BeforeEach
  void begin() throws Exception {
    var file = folder.resolve("tasks.db").toString();
    store = new SqliteStoreProvider().open(new Dsn.Sqlite(file), Settings.defaults()).orElseThrow();
    mine = DriverManager.getConnection("jdbc:sqlite:" + file);
    run("CREATE TABLE invoice (id INTEGER)");
    mine.setAutoCommit(false);
  }

  @AfterEach
  void end() throws Exception {
    mine.close();
    store.close();
  }

  @Test
  void a_task_is_there_with_the_callers_data_once_they_commit() throws Exception {
    run("INSERT INTO invoice VALUES (1)");
    var id = enqueue(TASK).resultId();

    assertThat(store.find(List.of(id))).isEmpty();
    mine.commit();

    assertThat(store.find(List.of(id))).hasSize(1);
    assertThat(store.counts().values()).containsExactly(1L);
    assertThat(mine.isClosed()).isFalse();
    assertThat(mine.getAutoCommit()).isFalse();
  }

  @Test
  void a_task_never_was_when_the_caller_rolls_back() throws Exception {
    var id = enqueue(TASK.unique(true)).resultId();
    mine.rollback();

    assertThat(store.find(List.of(id))).isEmpty();
    assertThat(store.counts()).isEmpty();
    assertThat(store.enqueue(List.of(TASK.unique(true))).getFirst())
        .isInstanceOf(Enqueued.Created.class);
  }

  @Test
  void a_twin_stands_in_for_a_unique_task() throws Exception {
    var twin = store.enqueue(List.of(TASK.unique(true))).getFirst();

    assertThat(enqueue(TASK.unique(true))).isEqualTo(new Enqueued.Duplicate(twin.resultId()));
    mine.commit();
  }

  @Test
  void a_workflow_is_there_as_a_whole_once_the_caller_commits() throws Exception {
    var chain = Workflow.chain(Workflow.step(TASK), Workflow.step(TASK)).compile();
    var enqueued = store.enqueueWorkflow(mine, chain);

    assertThat(store.findWorkflow(enqueued.workflowId())).isEmpty();
    mine.commit();

    assertThat(store.findWorkflow(enqueued.workflowId())).isPresent();
    assertThat(store.find(enqueued.resultIds()))
        .extracting(run -> run.standing().status())
        .containsExactly(TaskStatus.READY, TaskStatus.WAITING);
  }

  @Test
  void a_workflow_never_was_when_the_caller_rolls_back() throws Exception {
    var chain = Workflow.chain(Workflow.step(TASK), Workflow.step(TASK)).compile();
    var enqueued = store.enqueueWorkflow(mine, chain);
    mine.rollback();

    assertThat(store.findWorkflow(enqueued.workflowId())).isEmpty();
    assertThat(store.find(enqueued.resultIds())).isEmpty();
    assertThat(store.counts()).isEmpty();
    assertThat(dependencies()).isEqualTo("0");
  }

  @Test
  void an_empty_list_is_nothing() {
    assertThat(store.enqueue(mine, List.of())).isEmpty();
  }

  @Test
  void a_connection_that_commits_by_itself_is_refused() throws Exception {
    mine.setAutoCommit(true);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> enqueue(TASK))
        .withMessageContaining("setAutoCommit(false)");
    assertThat(store.counts()).isEmpty();
  }

  @Test
  void another_files_connection_is_refused() throws Exception {
    var other = folder.resolve("other.db").toString();
    for (var place : List.of(other, ":memory:")) {
      try (var connection = DriverManager.getConnection("jdbc:sqlite:" + place)) {
        connection.setAutoCommit(false);

        assertThatIllegalArgumentException()
            .isThrownBy(() -> store.enqueue(connection, List.of(TASK)))
            .withMessageContaining("use one to the file");
      }
    }
  }

  @Test
  void a_failure_says_what_becomes_of_the_transaction() throws Exception {
    try (var other = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("tasks.db"))) {
      other.setAutoCommit(false);
      try (var statement = other.createStatement()) {
        statement.execute("INSERT INTO invoice VALUES (2)");
      }
      run("PRAGMA busy_timeout = 1");

      assertThatExceptionOfType(StoreException.class)
          .isThrownBy(() -> enqueue(TASK))
          .withMessageContaining("roll it back")
          .matches(StoreException::isTransient);
      other.rollback();
    }
    mine.rollback();
  }

  @Test
  void a_task_is_not_completed_in_a_transaction() {
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() ->
            store.complete((connection, abort) -> {
              throw new AssertionError("must not run");
            }))
        .withMessageContaining("use postgres://");
  }

  private Enqueued enqueue(NewTask task) {
    return store.enqueue(mine, List.of(task)).getFirst();
  }

  private String dependencies() throws SQLException {
    try (var statement = mine.createStatement();
        var rows = statement.executeQuery("SELECT count(*) FROM dependency")) {
      rows.next();
      return rows.getString(1);
    }
  }

  private void run(String sql) throws SQLException {
    try (var statement = mine.createStatement()) {
      statement.execute(sql);
    }
  }
}
