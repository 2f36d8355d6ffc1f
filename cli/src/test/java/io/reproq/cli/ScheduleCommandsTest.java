package io.reproq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.cli.database.DatabaseOption;
import io.reproq.dsn.Dsn;
import io.reproq.json.Json;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// The commands about schedules, one after the other on one SQLite file, as a user would run them.
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(60)
final class ScheduleCommandsTest {
  @TempDir private Path folder;
  private Path file;
  private String dsn;

  @BeforeEach
  void choose_a_database() {
    file = folder.resolve("tasks.db");
    dsn = "sqlite:" + file;
  }

  @Test
  void set_prints_the_next_three_runs() {
    var result = run("schedules", "set", "leap", "--cron", "0 0 29 2 *", "--task", "reproq.echo");

    assertThat(result.code()).isZero();
    assertThat(result.out())
        .isEqualTo(
            line(
                "Schedule leap: next runs 2028-02-29T00:00:00Z, 2032-02-29T00:00:00Z,"
                    + " 2036-02-29T00:00:00Z"));
  }

  @Test
  void every_flag_of_set_reaches_the_schedule() {
    run(
        "schedules",
        "set",
        "nightly",
        "--cron=0 3 * * *",
        "--task=sample.greet",
        "--args=[1]",
        "--kwargs={\"a\": 2}",
        "--time-zone=Europe/Berlin",
        "--queue=mail",
        "--priority=7",
        "--max-attempts=5",
        "--timeout=1m30s",
        "--lock-key=l",
        "--concurrency-key=k",
        "--concurrency-limit=2",
        "--overlap=skip",
        "--catch-up",
        "--disabled");

    var row = list().getFirst();

    assertThat(row.path("name").stringValue()).isEqualTo("nightly");
    assertThat(row.path("cron_expr").stringValue()).isEqualTo("0 3 * * *");
    assertThat(row.path("task_path").stringValue()).isEqualTo("sample.greet");
    assertThat(row.path("payload_json").toString())
        .isEqualTo("{\"args\":[1],\"kwargs\":{\"a\":2}}");
    assertThat(row.path("time_zone").stringValue()).isEqualTo("Europe/Berlin");
    assertThat(row.path("queue_name").stringValue()).isEqualTo("mail");
    assertThat(row.path("priority").intValue()).isEqualTo(7);
    assertThat(row.path("max_attempts").intValue()).isEqualTo(5);
    assertThat(row.path("timeout_seconds").doubleValue()).isEqualTo(90);
    assertThat(row.path("lock_key").stringValue()).isEqualTo("l");
    assertThat(row.path("concurrency_key").stringValue()).isEqualTo("k");
    assertThat(row.path("concurrency_limit").intValue()).isEqualTo(2);
    assertThat(row.path("overlap").stringValue()).isEqualTo("skip");
    assertThat(row.path("catch_up").booleanValue()).isTrue();
    assertThat(row.path("enabled").booleanValue()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0 0 30 2 *", "TZ=UTC", "61 * * * *", "@every 5m"})
  void what_could_not_be_obeyed_is_refused(String cron) {
    var result = run("schedules", "set", "n", "--cron", cron, "--task", "reproq.echo");

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err()).startsWith("reproq: cron '" + cron + "': ").hasLineCount(1);
    assertThat(list()).isEmpty();
  }

  @Test
  void wrong_words_are_refused_by_name() {
    assertThat(set("n", "--overlap=wait").err())
        .isEqualTo(line("reproq: overlap must be allow, skip or queue, was 'wait'"));
    assertThat(set("n", "--time-zone=Mars/Base").err()).contains("no time zone 'Mars/Base'");
    assertThat(set("n", "--kwargs=[1]").err()).contains("kwargs must be a JSON object");
    assertThat(set("n", "--kwargs={").err()).startsWith("reproq: --kwargs is ");
    assertThat(run("schedules", "set", "n").code()).isEqualTo(1);
  }

  @Test
  void list_shows_what_there_is() {
    assertThat(run("schedules", "list").out()).isEqualTo(line("no schedules"));
    set("nightly", "--time-zone=Europe/Berlin");

    assertThat(run("schedules", "list").out())
        .contains("name", "nightly", "enabled", "@daily Europe/Berlin", "reproq.echo");
  }

  @Test
  void schedules_are_disabled_enabled_and_removed_by_name() {
    set("nightly");

    assertThat(run("schedules", "disable", "nightly").out())
        .isEqualTo(line("Disabled schedule nightly"));
    assertThat(list().getFirst().path("enabled").booleanValue()).isFalse();
    assertThat(run("schedules", "enable", "nightly").out())
        .isEqualTo(line("Enabled schedule nightly"));
    assertThat(list().getFirst().path("enabled").booleanValue()).isTrue();
    assertThat(run("schedules", "remove", "nightly").out())
        .isEqualTo(line("Removed schedule nightly"));
    assertThat(list()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"disable", "enable", "remove", "run-now"})
  void an_unknown_schedule_is_a_mistake(String command) {
    var result = run("schedules", command, "nightly");

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err()).startsWith("reproq: there is no schedule 'nightly'");
  }

  @Test
  void run_now_prints_the_id_of_the_task() {
    set("nightly", "--kwargs={\"text\": \"hi\"}");

    var id = run("schedules", "run-now", "nightly").out().strip();

    assertThat(task(id).path("spec_json").path("periodic_name").stringValue()).isEqualTo("nightly");
  }

  @Test
  void beat_once_enqueues_what_is_due_and_says_so() throws Exception {
    set("nightly");
    assertThat(run("beat", "--once").out()).isEqualTo(line("Nothing is due"));
    makeDue();

    var result = run("beat", "--once");

    assertThat(result.code()).isZero();
    assertThat(result.out()).isEqualTo(line("Enqueued task 1: nightly for 2026-01-01T00:00:00Z"));
    assertThat(run("beat", "--once").out()).isEqualTo(line("Nothing is due"));
  }

  @Test
  void beat_once_says_what_it_left_out() throws Exception {
    set("nightly", "--overlap=skip");
    run("schedules", "run-now", "nightly");
    makeDue();

    assertThat(run("beat", "--once").out())
        .isEqualTo(line("Left out nightly for 2026-01-01T00:00:00Z: the task before is not over"));
  }

  @Test
  void beat_once_fails_when_a_schedule_cannot_be_obeyed() throws Exception {
    set("nightly");
    set("other");
    makeDue();
    sql(
        "UPDATE periodic_tasks SET cron_expr = 'never', next_run_at = '2026-01-01 00:00:01'"
            + " WHERE name = 'nightly'");

    var result = run("beat", "--once");

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.out()).startsWith("Enqueued task 1: other");
    assertThat(result.err()).startsWith("reproq: schedule nightly is not enqueued: cron 'never'");
    assertThat(run("schedules", "list").out()).contains("cannot be obeyed: cron 'never'");
  }

  @Test
  void beat_enqueues_until_it_is_told_to_stop() throws Exception {
    set("nightly");
    makeDue();
    var shell = Shell.plain();
    var beat =
        CompletableFuture.supplyAsync(() -> shell.run("beat", "--dsn", dsn, "--interval", "10ms"));
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThat(run("get", "1", "--json").code()).isZero());
    makeDue("2026-01-02");
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThat(run("get", "2", "--json").code()).isZero());

    shell.stop().raise();

    assertThat(beat.get(20, TimeUnit.SECONDS).code()).isZero();
  }

  @Test
  void a_worker_beats_only_when_asked() throws Exception {
    set("nightly");
    makeDue();
    var plain = Shell.plain();
    var worker =
        CompletableFuture.supplyAsync(() -> plain.run("worker", "--dsn", dsn, "--worker-id", "w"));
    var ping = run("enqueue", "reproq.noop").out().strip();
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () -> assertThat(task(ping).path("status").stringValue()).isEqualTo("SUCCESSFUL"));
    assertThat(list().getFirst().path("last_run_at").isNull()).isTrue();
    plain.stop().raise();
    assertThat(worker.get(60, TimeUnit.SECONDS).code()).isZero();

    var beating = Shell.plain();
    var other = CompletableFuture.supplyAsync(() -> beating.run("worker", "--dsn", dsn, "--beat"));
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () -> assertThat(task("2").path("status").stringValue()).isEqualTo("SUCCESSFUL"));
    beating.stop().raise();
    assertThat(other.get(60, TimeUnit.SECONDS).code()).isZero();
  }

  private Shell.Result set(String name, String... flags) {
    var args = new ArrayList<>(List.of("set", name, "--cron", "@daily", "--task", "reproq.echo"));
    args.addAll(List.of(flags));
    return run("schedules", args.toArray(String[]::new));
  }

  private void makeDue() throws Exception {
    makeDue("2026-01-01");
  }

  private void makeDue(String day) throws Exception {
    sql("UPDATE periodic_tasks SET next_run_at = '" + day + " 00:00:00'");
  }

  private void sql(String sql) throws Exception {
    DatabaseOption.open(Dsn.parse(dsn)).close();
    try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        var statement = connection.createStatement()) {
      statement.execute("PRAGMA busy_timeout = 10000");
      statement.executeUpdate(sql);
    }
  }

  private List<JsonNode> list() {
    return List.copyOf(Json.parse(run("schedules", "list", "--json").out()).tree().values());
  }

  private JsonNode task(String id) {
    var got = run("get", id, "--json");
    // A failed assertion, which whoever waits for the task puts up with.
    assertThat(got.code()).as(got.err()).isZero();
    return Json.parse(got.out()).tree();
  }

  private Shell.Result run(String command, String... args) {
    var all = new ArrayList<String>();
    all.add(command);
    all.addAll(List.of(args));
    if (args.length > 0 || !command.equals("schedules")) {
      all.add("--dsn");
      all.add(dsn);
    }
    return Shell.plain().run(all.toArray(String[]::new));
  }

  private static String line(String text) {
    return text + System.lineSeparator();
  }
}
