package io.reproq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.reproq.cli.Shell.Result;
import io.reproq.cli.database.DatabaseOption;
import io.reproq.dsn.Dsn;
import io.reproq.store.QueueStatus;
import io.reproq.task.TaskStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/// Services that work in two databases.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class WorkerDatabasesTest {
  @TempDir private Path folder;
  private TwoDatabases two;

  @BeforeEach
  void write_the_file() throws IOException {
    two = TwoDatabases.in(folder);
  }

  @Test
  void a_worker_runs_the_tasks_of_all_databases_where_its_queues_lie() throws Exception {
    var routed = two.with("REPROQ_QUEUE_DATABASES", "{\"mail\": \"second\"}");
    enqueue(routed, 3, "mail");
    enqueue(routed, 3, "default");
    enqueue(routed, 1, "other");
    var shell = routed.shell();

    var worker = start(shell, "worker", "--queues", "mail,default", "--worker-id", "both");
    soon()
        .untilAsserted(() -> {
          assertThat(count("second", "mail", TaskStatus.SUCCESSFUL)).isEqualTo(3);
          assertThat(count("main", "default", TaskStatus.SUCCESSFUL)).isEqualTo(3);
        });
    assertThat(routed.json("status", "--json").path("workers").findValuesAsString("database"))
        .containsExactly("main", "second");
    stop(shell, worker);

    assertThat(count("main", "other", TaskStatus.READY)).isEqualTo(1);
  }

  @Test
  void all_databases_together_get_no_more_room_than_there_is_and_none_is_left_out()
      throws Exception {
    for (var queue : new String[] {"default", "bulk"}) {
      two.out(
          "enqueue",
          "reproq.sleep",
          "--kwargs",
          "{\"millis\": 60000}",
          "--queue",
          queue,
          "--count",
          "5");
    }
    var shell = two.shell();

    var worker =
        start(
            shell, "worker", "--queues=default,bulk", "--concurrency=3", "--shutdown-timeout=10ms");
    soon().until(() -> running() == 3);
    Awaitility.await()
        .during(Duration.ofSeconds(1))
        .atMost(Duration.ofSeconds(5))
        .until(() -> running() == 3);
    assertThat(count("main", "default", TaskStatus.RUNNING)).isPositive();
    assertThat(count("second", "bulk", TaskStatus.RUNNING)).isPositive();
    stop(shell, worker);
  }

  @Test
  void a_database_that_is_locked_does_not_stop_the_other() throws Exception {
    enqueue(two, 1, "default");
    enqueue(two, 1, "bulk");
    var shell = two.shell();
    var worker = start(shell, "worker", "--queues", "default,bulk");
    soon().until(() -> count("second", "bulk", TaskStatus.SUCCESSFUL) == 1);

    try (var locked = DriverManager.getConnection("jdbc:" + two.dsn("second"));
        var statement = locked.createStatement()) {
      statement.execute("BEGIN EXCLUSIVE");
      enqueue(two, 3, "default");
      soon().until(() -> count("main", "default", TaskStatus.SUCCESSFUL) == 4);
      statement.execute("ROLLBACK");
    }
    enqueue(two, 1, "bulk");
    soon().until(() -> count("second", "bulk", TaskStatus.SUCCESSFUL) == 2);
    stop(shell, worker);
  }

  @Test
  void lines_about_a_task_say_in_which_database_it_lies() throws Exception {
    enqueue(two, 1, "bulk");
    var shell = two.shell();
    var worker = start(shell, "worker", "--queues", "default,bulk");
    soon().until(() -> count("second", "bulk", TaskStatus.SUCCESSFUL) == 1);
    var lines = new ListAppender<ILoggingEvent>();
    lines.list = new CopyOnWriteArrayList<>();
    lines.start();
    var logger = (Logger) LoggerFactory.getLogger("io.reproq.worker.Runner");
    logger.setLevel(Level.DEBUG);
    logger.addAppender(lines);

    two.out("enqueue", "reproq.flaky", "--kwargs", "{\"failures\": 1}", "--queue", "bulk");
    soon()
        .until(() ->
            lines.list.stream()
                .anyMatch(line -> "second:2".equals(line.getMDCPropertyMap().get("task_id"))));
    logger.detachAppender(lines);
    logger.setLevel(null);
    stop(shell, worker);
  }

  @Test
  void a_worker_that_is_told_one_database_leaves_the_others_alone() throws Exception {
    enqueue(two, 1, "default");
    enqueue(two, 1, "bulk");
    var shell = two.shell();

    var worker = start(shell, "worker", "--queues", "default,bulk", "--database", "second");
    soon().until(() -> count("second", "bulk", TaskStatus.SUCCESSFUL) == 1);
    stop(shell, worker);

    assertThat(count("main", "default", TaskStatus.READY)).isEqualTo(1);
  }

  @Test
  void beat_enqueues_in_all_databases() throws Exception {
    schedule("hourly", "default");
    schedule("hourly", "bulk");
    assertThat(two.out("beat", "--once"))
        .isEqualToNormalizingNewlines("Nothing is due in main\nNothing is due in second");
    makeDue("main", "2026-01-01");
    makeDue("second", "2026-01-01");
    assertThat(two.out("beat", "--once"))
        .contains("Enqueued task main:1: hourly", "Enqueued task second:1: hourly");
    makeDue("main", "2026-01-02");
    makeDue("second", "2026-01-02");
    var shell = two.shell();

    var beat = start(shell, "beat", "--interval", "10ms");
    soon()
        .untilAsserted(() -> {
          assertThat(count("main", "default", TaskStatus.READY)).isEqualTo(2);
          assertThat(count("second", "bulk", TaskStatus.READY)).isEqualTo(2);
        });
    stop(shell, beat);
  }

  private void schedule(String name, String queue) {
    two.out("schedules", "set", name, "--cron", "@hourly", "--task", "sample.a", "--queue", queue);
  }

  private void makeDue(String alias, String day) throws SQLException {
    try (var database = DriverManager.getConnection("jdbc:" + two.dsn(alias));
        var statement = database.createStatement()) {
      statement.execute("PRAGMA busy_timeout = 5000");
      statement.executeUpdate("UPDATE periodic_tasks SET next_run_at = '" + day + " 00:00:00'");
    }
  }

  private static void enqueue(TwoDatabases databases, int count, String queue) {
    databases.out("enqueue", "reproq.noop", "--queue", queue, "--count", Integer.toString(count));
  }

  private static CompletableFuture<Result> start(Shell shell, String... words) {
    return CompletableFuture.supplyAsync(() -> shell.run(words));
  }

  private static void stop(Shell shell, CompletableFuture<Result> service) throws Exception {
    shell.stop().raise();
    var result = service.get(30, TimeUnit.SECONDS);
    assertThat(result.code()).as(result.err()).isZero();
  }

  private static ConditionFactory soon() {
    return Awaitility.await().atMost(Duration.ofSeconds(30));
  }

  private long running() {
    return count("main", "default", TaskStatus.RUNNING)
        + count("second", "bulk", TaskStatus.RUNNING);
  }

  private long count(String alias, String queue, TaskStatus status) {
    try (var store = DatabaseOption.open(Dsn.parse(two.dsn(alias)))) {
      return store.counts().getOrDefault(new QueueStatus(queue, status), 0L);
    }
  }
}
