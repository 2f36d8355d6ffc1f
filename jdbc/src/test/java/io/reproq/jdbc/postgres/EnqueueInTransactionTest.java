package io.reproq.jdbc.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.reproq.json.Json;
import io.reproq.store.Enqueued;
import io.reproq.store.NewTask;
import io.reproq.store.Settled;
import io.reproq.store.StoreException;
import io.reproq.store.StoreProvider.Settings;
import io.reproq.store.TaskStore;
import io.reproq.task.Outcome;
import io.reproq.task.Spec;
import io.reproq.task.TaskStatus;
import io.reproq.workflow.Workflow;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class EnqueueInTransactionTest {
  private static final TestDatabase DATABASE = TestServer.fresh();
  private static final NewTask TASK = NewTask.of(Spec.of(Actors.GREET).build());
  private static final NewTask UNIQUE = TASK.unique(true);

  private TaskStore store;
  private Connection mine;

  @BeforeEach
  void begin() throws Exception {
    store = DATABASE.openEmpty(Settings.defaults());
    DATABASE.sql("DROP TABLE IF EXISTS invoice; CREATE TABLE invoice (id integer)");
    mine = DATABASE.connect();
    mine.setAutoCommit(false);
  }

  @AfterEach
  void end() throws Exception {
    mine.close();
    store.close();
  }

  @Test
  void a_task_is_there_with_the_callers_data_once_they_commit() throws Exception {
    insertInvoice();
    var id = enqueue(mine, TASK).resultId();

    assertThat(store.find(List.of(id))).isEmpty();
    assertThat(Actors.claim(store, Actors.join(store), 1)).isEmpty();
    mine.commit();

    assertThat(Actors.get(store, id).standing().place()).isEqualTo("ready");
    assertThat(invoices()).isEqualTo("1");
    assertThat(Actors.claim(store, Actors.join(store), 1)).hasSize(1);
  }

  @Test
  void a_task_never_was_when_the_caller_rolls_back() throws Exception {
    insertInvoice();
    var id = enqueue(mine, UNIQUE).resultId();
    mine.rollback();

    assertThat(store.find(List.of(id))).isEmpty();
    assertThat(store.counts()).isEmpty();
    assertThat(invoices()).isEqualTo("0");
    // Its mark is gone with it.
    assertThat(store.enqueue(List.of(UNIQUE)).getFirst()).isInstanceOf(Enqueued.Created.class);
  }

  @Test
  void a_task_that_is_delayed_waits_from_then_on() throws Exception {
    var id = enqueue(mine, TASK.after(Duration.ofHours(1))).resultId();
    mine.commit();

    assertThat(Actors.get(store, id).standing().place()).isEqualTo("deferred");
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
  void the_connection_is_left_as_it_was_without_open_statements() throws Exception {
    mine.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
    var statements = new ArrayList<PreparedStatement>();

    enqueue(watched(statements), UNIQUE);

    assertThat(statements).isNotEmpty().allMatch(EnqueueInTransactionTest::isClosed);
    assertThat(mine.isClosed()).isFalse();
    assertThat(mine.getAutoCommit()).isFalse();
    assertThat(mine.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_REPEATABLE_READ);
    mine.commit();
  }

  @Test
  void a_connection_of_a_pool_will_do() throws Exception {
    var config = new HikariConfig();
    config.setDataSource(DATABASE.source());
    config.setMaximumPoolSize(1);
    config.setAutoCommit(false);
    try (var pool = new HikariDataSource(config)) {
      long id;
      try (var connection = pool.getConnection()) {
        id = enqueue(connection, UNIQUE).resultId();
        connection.commit();
      }
      assertThat(Actors.get(store, id).standing().place()).isEqualTo("ready");
    }
  }

  @Test
  void a_connection_that_commits_by_itself_is_refused() throws Exception {
    mine.setAutoCommit(true);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> enqueue(mine, TASK))
        .withMessageContaining("nothing was sent")
        .withMessageContaining("setAutoCommit(false)");
    assertThat(store.counts()).isEmpty();
  }

  @Test
  void another_databases_connection_is_refused() throws Exception {
    try (var sqlite = DriverManager.getConnection("jdbc:sqlite::memory:")) {
      sqlite.setAutoCommit(false);

      assertThatIllegalArgumentException()
          .isThrownBy(() -> enqueue(sqlite, TASK))
          .withMessageContaining("leads to SQLite")
          .withMessageContaining("use one to the database");
    }
  }

  @Test
  void what_cannot_be_stored_is_refused_before_anything_is_sent() throws Exception {
    insertInvoice();

    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> enqueue(mine, NewTask.of(Spec.of("nul\0").build())))
        .withMessageContaining("nothing was sent");
    mine.commit();

    assertThat(invoices()).isEqualTo("1");
  }

  @Test
  void a_failure_says_what_becomes_of_the_transaction() throws Exception {
    try (var statement = mine.createStatement()) {
      assertThatExceptionOfType(SQLException.class)
          .isThrownBy(() -> statement.execute("SELECT 1 / 0"));
    }

    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> enqueue(mine, TASK))
        .withMessageContaining("nothing of your transaction can be kept: roll it back")
        .matches(e -> !e.isTransient());
  }

  @Test
  void a_twin_waits_for_the_transaction_that_was_first_and_follows_its_task() throws Exception {
    var first = enqueue(mine, UNIQUE);
    try (var other = DATABASE.connect()) {
      other.setAutoCommit(false);
      var second = waiting(other);
      mine.commit();

      assertThat(second.get(10, TimeUnit.SECONDS))
          .isEqualTo(new Enqueued.Duplicate(first.resultId()));
      other.commit();
    }
    assertThat(DATABASE.sql("SELECT count(*) FROM reproq.task")).containsExactly("1");
  }

  @Test
  void a_twin_takes_the_place_of_one_that_was_rolled_back() throws Exception {
    var first = enqueue(mine, UNIQUE);
    try (var other = DATABASE.connect()) {
      other.setAutoCommit(false);
      var second = waiting(other);
      mine.rollback();

      var answer = second.get(10, TimeUnit.SECONDS);
      assertThat(answer).isInstanceOf(Enqueued.Created.class).isNotEqualTo(first);
      other.commit();
      assertThat(Actors.get(store, answer.resultId()).standing().place()).isEqualTo("ready");
    }
  }

  @Test
  void a_twin_that_the_snapshot_does_not_see_is_a_failure_to_begin_again() throws Exception {
    mine.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
    insertInvoice();
    store.enqueue(List.of(UNIQUE));

    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> enqueue(mine, UNIQUE))
        .withMessageContaining("roll your transaction back and begin it again")
        .matches(StoreException::isTransient);
    mine.rollback();

    assertThat(enqueue(mine, UNIQUE)).isInstanceOf(Enqueued.Duplicate.class);
  }

  @Test
  void a_duplicate_in_an_open_transaction_does_not_hold_up_the_twins_end() throws Exception {
    store.enqueue(List.of(UNIQUE));
    var running = Actors.claim(store, Actors.join(store), 1).getFirst();
    assertThat(enqueue(mine, UNIQUE)).isEqualTo(new Enqueued.Duplicate(running.resultId()));

    var settled =
        CompletableFuture.supplyAsync(() ->
                store.settle(List.of(Actors.settlement(running, new Outcome.Succeeded(Json.NULL)))))
            .get(10, TimeUnit.SECONDS);

    assertThat(settled.getFirst()).isInstanceOf(Settled.Applied.class);
    mine.commit();
  }

  @Test
  void twins_in_one_list_are_one_task() throws Exception {
    var answers = store.enqueue(mine, List.of(UNIQUE, UNIQUE, TASK));
    mine.commit();

    assertThat(answers.get(1)).isEqualTo(new Enqueued.Duplicate(answers.getFirst().resultId()));
    assertThat(DATABASE.sql("SELECT count(*) FROM reproq.ready")).containsExactly("2");
  }

  /// The enqueue of a twin that waits for the transaction of `mine`.
  private CompletableFuture<Enqueued> waiting(Connection other) {
    var future = CompletableFuture.supplyAsync(() -> enqueue(other, UNIQUE));
    Actors.until(
        "the twin waits",
        Duration.ofMillis(10),
        () ->
            future.isDone()
                || !DATABASE
                    .sql(
                        "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND"
                            + " datname = current_database()")
                    .isEmpty());
    assertThat(future).isNotDone();
    return future;
  }

  private Enqueued enqueue(Connection connection, NewTask task) {
    return store.enqueue(connection, List.of(task)).getFirst();
  }

  private static String dependencies() {
    return DATABASE.sql("SELECT count(*) FROM reproq.dependency").getFirst();
  }

  private void insertInvoice() throws SQLException {
    try (var statement = mine.createStatement()) {
      statement.execute("INSERT INTO invoice VALUES (1)");
    }
  }

  private static String invoices() {
    return DATABASE.sql("SELECT count(*) FROM invoice").getFirst();
  }

  /// The caller's connection behind a proxy as pools have, that notes what is prepared.
  private Connection watched(List<PreparedStatement> statements) {
    return (Connection)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {Connection.class},
            (proxy, method, arguments) -> {
              try {
                var answer = method.invoke(mine, arguments);
                if (answer instanceof PreparedStatement statement) {
                  statements.add(statement);
                }
                return answer;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private static boolean isClosed(PreparedStatement statement) {
    try {
      return statement.isClosed();
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }
}
