package io.reproq.jdbc.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reproq.EnqueueOptions;
import io.reproq.Reproq;
import io.reproq.TaskContext;
import io.reproq.TaskFailedException;
import io.reproq.TaskHandle;
import io.reproq.TaskHandler;
import io.reproq.TaskLostException;
import io.reproq.TaskType;
import io.reproq.clock.TimeSource;
import io.reproq.retry.RetryPolicy;
import io.reproq.store.StoreProvider.Settings;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// Handlers that end their tasks together with their effects, and the whole engine around them.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class CompleteWithTest {
  private static final TestDatabase DATABASE = TestServer.fresh();
  private static final TaskType<Integer, String> PAY =
      TaskType.of("sample.pay", Integer.class, String.class);
  private static final EnqueueOptions ONCE =
      PAY.options().retry(RetryPolicy.DEFAULT.withMaxAttempts(1));
  private static final EnqueueOptions TWICE =
      PAY.options().retry(RetryPolicy.DEFAULT.withMaxAttempts(2).withBase(Duration.ofMillis(1)));
  private static final Duration SOON = Duration.ofSeconds(20);

  private Reproq reproq;

  @BeforeEach
  void begin() {
    DATABASE.openEmpty(Settings.defaults()).close();
    DATABASE.sql("DROP TABLE IF EXISTS payment; CREATE TABLE payment (id integer)");
    reproq =
        Reproq.builder()
            .dsn(
                "postgres://%s:%s@%s:%d/%s"
                    .formatted(
                        DATABASE.dsn().user(),
                        DATABASE.dsn().password(),
                        DATABASE.dsn().host(),
                        DATABASE.dsn().port(),
                        DATABASE.dsn().database()))
            .lease(Duration.ofSeconds(5), Duration.ofMillis(500))
            .open();
  }

  @AfterEach
  void end() {
    reproq.close();
  }

  @Test
  void what_the_work_returns_is_the_result() throws Exception {
    handle((context, id) ->
        context.completeWith(connection -> {
          pay(connection, id);
          return "paid " + id;
        }));

    assertThat(reproq.enqueue(PAY, 7).await(SOON)).isEqualTo("paid 7");
    assertThat(payments()).isEqualTo(1);
  }

  @Test
  void tasks_enqueued_in_the_work_come_with_it() throws Exception {
    handle((context, id) ->
        context.completeWith(connection -> {
          pay(connection, id);
          return id == 0
              ? "last"
              : String.valueOf(reproq.enqueue(connection, PAY, id - 1).resultId());
        }));

    var next = Long.parseLong(reproq.enqueue(PAY, 1).await(SOON));

    assertThat(reproq.await(next, SOON).text()).isEqualTo("\"last\"");
    assertThat(payments()).isEqualTo(2);
  }

  @Test
  void a_handler_that_throws_after_it_does_not_undo_it() throws Exception {
    handle((context, id) -> {
      book(context, id);
      throw new IllegalStateException("too late");
    });

    assertThat(reproq.enqueue(PAY, 7, ONCE).await(SOON)).isEqualTo("paid");
    assertThat(payments()).isEqualTo(1);
  }

  @Test
  void work_that_throws_leaves_nothing_and_fails_the_attempt() {
    handle((context, id) ->
        context.completeWith(connection -> {
          pay(connection, id);
          throw new IllegalStateException("no money");
        }));
    var handle = reproq.enqueue(PAY, 7, ONCE);

    assertThatThrownBy(() -> handle.await(SOON))
        .isInstanceOf(TaskFailedException.class)
        .hasMessageContaining("no money");
    assertThat(payments()).isZero();
  }

  @Test
  void a_result_without_a_form_in_json_leaves_nothing() {
    handle((context, id) -> {
      context.completeWith(connection -> {
        pay(connection, id);
        var endless = new ArrayList<Object>();
        endless.add(endless);
        return endless;
      });
      return "";
    });
    var handle = reproq.enqueue(PAY, 7, ONCE);

    assertThatThrownBy(() -> handle.await(SOON)).hasMessageContaining("no JSON form");
    assertThat(payments()).isZero();
  }

  @Test
  void a_timeout_in_the_work_leaves_nothing() {
    handle((context, id) ->
        context.completeWith(connection -> {
          pay(connection, id);
          run(connection, "SELECT pg_sleep(600)");
          return "slept";
        }));
    var handle = reproq.enqueue(PAY, 7, ONCE.timeout(Duration.ofMillis(300)));

    assertThatThrownBy(() -> handle.await(SOON)).hasMessageContaining("timed out");
    assertThat(payments()).isZero();
    Actors.until(
        "the server has stopped, too",
        Duration.ofMillis(50),
        () ->
            DATABASE
                .sql("SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep'")
                .isEmpty());
  }

  @Test
  void a_cancel_in_the_work_leaves_nothing() throws Exception {
    var atWork = new CountDownLatch(1);
    handle((context, id) ->
        context.completeWith(connection -> {
          pay(connection, id);
          atWork.countDown();
          run(connection, "SELECT pg_sleep(600)");
          return "slept";
        }));
    var handle = reproq.enqueue(PAY, 7);
    assertThat(atWork.await(20, TimeUnit.SECONDS)).isTrue();

    reproq.cancel(handle.resultId());

    assertThatThrownBy(() -> handle.await(SOON)).hasMessageContaining("CANCELLED");
    assertThat(payments()).isZero();
  }

  @Test
  void a_task_that_was_taken_back_in_the_work_is_done_by_the_next_attempt_alone() throws Exception {
    var told = new AtomicReference<Exception>();
    handle((context, id) -> {
      try {
        return context.completeWith(connection -> {
          pay(connection, id);
          if (context.attempt() == 1) {
            loseWorker();
          }
          return "paid in attempt " + context.attempt();
        });
      } catch (TaskLostException | InterruptedException e) {
        told.set(e);
        throw e;
      }
    });
    var handle = reproq.enqueue(PAY, 7, TWICE);

    assertThat(handle.await(SOON)).isEqualTo("paid in attempt 2");
    assertThat(payments()).isEqualTo(1);
    assertThat(told.get()).isInstanceOf(TaskLostException.class);
  }

  /// What an observer does who takes this worker for dead.
  private static void loseWorker() {
    try (var other = DATABASE.open(Settings.defaults())) {
      var observer = Actors.join(other);
      DATABASE.sql("UPDATE reproq.worker SET dead = true WHERE incarnation <> '" + observer + "'");
      Actors.until(
          "its task is taken back",
          Duration.ofMillis(20),
          () -> {
            other.reclaim(observer);
            return DATABASE.sql("SELECT 1 FROM reproq.running").isEmpty();
          });
      other.leave(observer);
    }
  }

  /// Whatever connection dies, at whatever moment, the engine's own included.
  @Test
  void every_effect_happens_exactly_once_while_connections_are_killed() throws Exception {
    var tasks = 300;
    var attempts = new AtomicInteger();
    var often = RetryPolicy.DEFAULT.withMaxAttempts(1_000).withBase(Duration.ofMillis(1));
    var payloads = IntStream.range(0, tasks).boxed().toList();
    var handles = reproq.enqueueAll(PAY, payloads, PAY.options().retry(often));
    handle((context, id) -> {
      attempts.incrementAndGet();
      return context.completeWith(connection -> {
        pay(connection, id);
        run(connection, "SELECT pg_sleep(0.02)");
        return "paid";
      });
    });

    var killed = killUntilDone(tasks);

    for (var handle : handles) {
      awaitPatiently(handle);
    }
    assertThat(killed).isPositive();
    assertThat(attempts.get()).isGreaterThan(tasks);
    assertThat(DATABASE.sql("SELECT count(*), count(DISTINCT id) FROM payment"))
        .containsExactly(tasks + "|" + tasks);
    assertThat(DATABASE.sql("SELECT status, count(*) FROM reproq.finished GROUP BY status"))
        .containsExactly("SUCCESSFUL|" + tasks);
  }

  private static int killUntilDone(int tasks) {
    var random = new Random(20_261_122);
    var killed = new AtomicInteger();
    var end = TimeSource.system().nanoTime() + Duration.ofSeconds(8).toNanos();
    Actors.until(
        "all is paid",
        Duration.ofMillis(15),
        () -> {
          var victims =
              DATABASE.sql(
                  "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <>"
                      + " pg_backend_pid() AND backend_type = 'client backend' ORDER BY pid");
          if (!victims.isEmpty()) {
            var victim = victims.get(random.nextInt(victims.size()));
            DATABASE.sql("SELECT pg_terminate_backend(" + victim + ")");
            killed.incrementAndGet();
          }
          return payments() == tasks || TimeSource.system().nanoTime() - end > 0;
        });
    return killed.get();
  }

  private static void awaitPatiently(TaskHandle<String> handle) throws Exception {
    assertThat(handle.await(Duration.ofSeconds(40))).isEqualTo("paid");
  }

  private void handle(TaskHandler<Integer, String> handler) {
    reproq.handle(PAY, handler);
    reproq.start();
  }

  private static String book(TaskContext context, int id) throws Exception {
    return context.completeWith(connection -> {
      pay(connection, id);
      return "paid";
    });
  }

  private static void pay(Connection connection, int id) throws SQLException {
    run(connection, "INSERT INTO payment VALUES (" + id + ")");
  }

  private static void run(Connection connection, String sql) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static int payments() {
    return Integer.parseInt(DATABASE.sql("SELECT count(*) FROM payment").getFirst());
  }
}
