package io.reproq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.cli.database.DatabaseOption;
import io.reproq.cli.option.StopSignal;
import io.reproq.dsn.Dsn;
import io.reproq.json.Json;
import io.reproq.store.TaskQuery;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// The commands about tasks, one after the other on one SQLite file, as a user would run them.
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(60)
final class TaskCommandsTest {
  @TempDir private Path folder;
  private String dsn;

  @BeforeEach
  void choose_a_database() {
    dsn = "sqlite:" + folder.resolve("täsks.db");
  }

  @Test
  void enqueue_prints_the_id_and_nothing_else() {
    var result = run("enqueue", "sample.greet", "--kwargs", "{\"name\": \"Ada\"}");

    assertThat(result.code()).isZero();
    assertThat(result.out()).matches("\\d+\\R");
    assertThat(result.err()).isEmpty();
  }

  @Test
  void enqueue_of_a_twin_prints_the_id_of_the_first() {
    var first = enqueue("sample.greet");

    assertThat(enqueue("sample.greet")).isEqualTo(first);
    assertThat(enqueue("sample.greet", "--no-dedupe")).isNotEqualTo(first);
  }

  @Test
  void a_count_asks_for_that_many_tasks() {
    var result = run("enqueue", "sample.greet", "--count", "1500");

    assertThat(result.out().lines().distinct()).hasSize(1500);
    assertThat(status().path("tasks").path("READY").intValue()).isEqualTo(1500);
  }

  @Test
  void every_flag_of_enqueue_reaches_the_task() {
    var id =
        enqueue(
            "sample.greet",
            "--args=[1]",
            "--kwargs={\"a\": 2}",
            "--queue=mail",
            "--priority=7",
            "--delay=1h",
            "--lock-key=k",
            "--concurrency-key=c",
            "--concurrency-limit=2",
            "--expires-in=2h",
            "--max-attempts=5",
            "--timeout=1m30s",
            "--backoff=0.5");

    var task = get(id);
    var spec = task.path("spec_json");

    assertThat(spec.path("args").toString()).isEqualTo("[1]");
    assertThat(spec.path("kwargs").toString()).isEqualTo("{\"a\":2}");
    assertThat(task.path("queue_name").stringValue()).isEqualTo("mail");
    assertThat(task.path("priority").intValue()).isEqualTo(7);
    assertThat(task.path("place").stringValue()).isEqualTo("deferred");
    assertThat(task.path("run_after").isNull()).isFalse();
    assertThat(task.path("lock_key").stringValue()).isEqualTo("k");
    assertThat(task.path("concurrency_key").stringValue()).isEqualTo("c");
    assertThat(task.path("concurrency_limit").intValue()).isEqualTo(2);
    assertThat(task.path("expires_at").isNull()).isFalse();
    assertThat(task.path("max_attempts").intValue()).isEqualTo(5);
    assertThat(task.path("timeout_seconds").intValue()).isEqualTo(90);
    assertThat(spec.path("exec").path("retry").path("base_seconds").doubleValue()).isEqualTo(0.5);
  }

  @Test
  void a_time_to_start_is_kept_in_the_spec_in_utc() {
    var task = get(enqueue("sample.greet", "--run-after=2199-01-31T12:00:00+02:00"));

    assertThat(task.path("place").stringValue()).isEqualTo("deferred");
    assertThat(task.path("run_after").stringValue()).isEqualTo("2199-01-31T10:00:00Z");
    assertThat(task.path("spec_json").path("run_after").stringValue())
        .isEqualTo("2199-01-31T10:00:00+00:00");
  }

  @Test
  void get_as_json_has_the_columns_of_the_view() {
    var task = get(enqueue("sample.greet"));

    assertThat(task.propertyNames())
        .containsExactly(
            "result_id",
            "backend_alias",
            "queue_name",
            "priority",
            "run_after",
            "spec_json",
            "spec_hash",
            "task_path",
            "status",
            "enqueued_at",
            "started_at",
            "last_attempted_at",
            "finished_at",
            "attempts",
            "max_attempts",
            "timeout_seconds",
            "lock_key",
            "concurrency_key",
            "concurrency_limit",
            "worker_ids",
            "return_json",
            "errors_json",
            "metadata_json",
            "last_error",
            "failed_at",
            "leased_until",
            "leased_by",
            "logs_uri",
            "artifacts_uri",
            "expires_at",
            "parent_id",
            "workflow_id",
            "wait_count",
            "created_at",
            "updated_at",
            "cancel_requested",
            "place",
            "parked_key",
            "version");
    assertThat(task.path("status").stringValue()).isEqualTo("READY");
    assertThat(task.path("spec_hash").stringValue()).hasSize(64);
  }

  @Test
  void cancel_says_what_became_of_the_wish() {
    var id = enqueue("sample.greet");

    assertThat(run("cancel", "--id", id).out()).isEqualTo(line("Cancelled task " + id));
    assertThat(run("cancel", id).out())
        .isEqualTo(line("No RUNNING task found for result_id " + id));
    assertThat(run("cancel", id).code()).isZero();
    assertThat(get(id).path("status").stringValue()).isEqualTo("CANCELLED");
  }

  @Test
  void prune_counts_first_and_deletes_then() {
    var id = enqueue("sample.greet");
    run("cancel", id);

    assertThat(run("prune", "finished", "--older-than", "0s", "--dry-run").out())
        .isEqualTo(line("Would prune 1 finished task(s)"));
    assertThat(run("prune", "finished", "--older-than", "7d").out())
        .isEqualTo(line("Pruned 0 finished task(s)"));
    assertThat(run("prune", "finished", "--older-than", "0s", "--limit", "5", "--json").out())
        .isEqualTo(line("{\"pruned\":1,\"dry_run\":false}"));
    assertThat(run("get", id).code()).isEqualTo(1);
  }

  @Test
  void prune_refuses_what_it_cannot_mean() {
    assertThat(run("prune", "finished", "--older-than", "7d", "--status", "READY").err())
        .contains("--status takes SUCCESSFUL, FAILED and CANCELLED");
    assertThat(run("prune", "finished", "--older-than", "7d", "--limit", "0").err())
        .contains("--limit must be at least 1, was 0");
    assertThat(run("prune", "finished").code()).isEqualTo(1);
  }

  @Test
  void doctor_finds_a_new_file_well() {
    var result = run("doctor");

    assertThat(result.code()).isZero();
    assertThat(result.out()).contains("well     file                 sound");
  }

  @Test
  void status_counts_by_status_and_queue() {
    enqueue("sample.greet", "--queue", "mail");
    run("cancel", enqueue("sample.greet"));

    assertThat(status().toString())
        .isEqualTo(
            """
            {"tasks":{"READY":1,"CANCELLED":1},"queues":{"default":{"CANCELLED":1},\
            "mail":{"READY":1}},"paused":[],"workers":[]}\
            """);
    assertThat(run("status").out()).contains("mail", "no workers");
  }

  @Test
  void migrate_tells_and_takes_the_steps_that_are_missing() {
    assertThat(run("migrate", "--status").out()).startsWith("missing 1 places");
    assertThat(run("migrate", "--print").out())
        .startsWith("-- Version 1 places")
        .contains("CREATE");
    assertThat(run("migrate", "--status").out()).doesNotContain("applied");

    assertThat(run("migrate").out()).startsWith("applied 1 places");

    assertThat(run("migrate").out()).startsWith("up to date at version ");
    assertThat(run("migrate", "--status").out()).doesNotContain("missing");
    assertThat(run("migrate", "--print").out()).isEmpty();
  }

  @Test
  void a_worker_runs_the_built_in_tasks_and_parks_the_others() throws Exception {
    var echo = enqueue("reproq.echo", "--kwargs", "{\"text\": \"grüß\"}");
    var flaky = enqueue("reproq.flaky", "--kwargs", "{\"failures\": 1}", "--backoff", "10ms");
    var fail = enqueue("reproq.fail", "--kwargs", "{\"message\": \"no\"}", "--max-attempts", "1");
    var unknown = enqueue("sample.greet");
    var sleep = enqueue("reproq.sleep", "--kwargs", "{\"millis\": 60000}");

    var shell = Shell.plain();
    var worker =
        CompletableFuture.supplyAsync(() -> shell.run("worker", "--dsn", dsn, "--worker-id", "w1"));
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> {
          assertThat(get(flaky).path("status").stringValue()).isEqualTo("SUCCESSFUL");
          assertThat(get(fail).path("status").stringValue()).isEqualTo("FAILED");
          assertThat(get(unknown).path("place").stringValue()).isEqualTo("parked");
          assertThat(get(sleep).path("status").stringValue()).isEqualTo("RUNNING");
        });

    assertThat(get(echo).path("return_json").toString()).isEqualTo("{\"text\":\"grüß\"}");
    assertThat(get(flaky).path("attempts").intValue()).isEqualTo(2);
    assertThat(run("get", fail).out()).contains("FAILED", "no");
    assertThat(run("get", unknown).out()).contains("READY", "no worker handles sample.greet");
    assertThat(status().path("workers").get(0).path("worker_id").stringValue()).isEqualTo("w1");
    assertThat(run("cancel", sleep).out())
        .isEqualTo(line("Cancellation requested for task " + sleep));
    Awaitility.await()
        .untilAsserted(
            () -> assertThat(get(sleep).path("status").stringValue()).isEqualTo("CANCELLED"));
    shell.stop().raise();
    assertThat(worker.get(20, TimeUnit.SECONDS).code()).isZero();
    assertThat(status().path("workers").values()).isEmpty();
  }

  @Test
  void a_stopped_worker_gives_back_what_does_not_finish_in_time() throws Exception {
    var sleep = enqueue("reproq.sleep", "--kwargs", "{\"millis\": 60000}");
    var shell = Shell.plain();
    var worker =
        CompletableFuture.supplyAsync(
            () -> shell.run("worker", "--dsn", dsn, "--shutdown-timeout", "10ms"));
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () -> assertThat(get(sleep).path("status").stringValue()).isEqualTo("RUNNING"));

    shell.stop().raise();

    assertThat(worker.get(20, TimeUnit.SECONDS).code()).isZero();
    try (var store = DatabaseOption.open(Dsn.parse(dsn))) {
      var task = store.list(TaskQuery.first(1)).getFirst();
      assertThat(task.standing().place()).isEqualTo("ready");
      assertThat(task.standing().attempts()).isZero();
    }
  }

  @Test
  void a_worker_takes_globs_weights_and_another_worth_of_priority() throws Exception {
    var patient = enqueue("reproq.noop", "--queue", "mail-1");
    var urgent = enqueue("reproq.noop", "--queue", "mail-1", "--priority", "1");
    var other = enqueue("reproq.noop", "--queue", "other");
    var shell = Shell.plain();

    var worker =
        CompletableFuture.supplyAsync(() ->
            shell.run(
                "worker",
                "--dsn=" + dsn,
                "--queues=mail-*,default",
                "--queue-weight=mail-*=3",
                "--concurrency=1",
                "--priority-aging-factor=0.001"));
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> {
          assertThat(get(urgent).path("status").stringValue()).isEqualTo("SUCCESSFUL");
          assertThat(get(patient).path("status").stringValue()).isEqualTo("SUCCESSFUL");
        });
    shell.stop().raise();

    assertThat(worker.get(20, TimeUnit.SECONDS).code()).isZero();
    assertThat(get(patient).path("started_at").stringValue())
        .isLessThan(get(urgent).path("started_at").stringValue());
    assertThat(get(other).path("status").stringValue()).isEqualTo("READY");
  }

  @Test
  void a_worker_refuses_weights_and_factors_that_mean_nothing() {
    assertThat(run("worker", "--queue-weight", "mail=3").err())
        .contains("--queue-weight is for 'mail', which is none of --queues default");
    assertThat(run("worker", "--queue-weight", "default").err())
        .contains("--queue-weight wants QUEUE=N, such as mail=3, was 'default'");
    assertThat(run("worker", "--queue-weight", "default=0").err())
        .contains("a weight must be a whole number from 1 to 1000, was 'default=0'");
    assertThat(run("worker", "--priority-aging-factor", "fast").err())
        .contains("--priority-aging-factor must be a number of seconds", "was 'fast'");
    var shell =
        new Shell(
            Map.of("PRIORITY_AGING_FACTOR", "1e9"),
            InputStream.nullInputStream(),
            new StopSignal());
    assertThat(shell.run("worker", "--dsn", dsn).err())
        .contains("must be a number of seconds", "was '1e9'; PRIORITY_AGING_FACTOR stands in");
  }

  private Shell.Result run(String command, String... args) {
    var all = new String[args.length + 3];
    all[0] = command;
    System.arraycopy(args, 0, all, 1, args.length);
    all[args.length + 1] = "--dsn";
    all[args.length + 2] = dsn;
    return Shell.plain().run(all);
  }

  private String enqueue(String taskPath, String... flags) {
    var args = new String[flags.length + 1];
    args[0] = taskPath;
    System.arraycopy(flags, 0, args, 1, flags.length);
    return run("enqueue", args).out().strip();
  }

  private JsonNode get(String id) {
    return Json.parse(run("get", id, "--json").out()).tree();
  }

  private JsonNode status() {
    return Json.parse(run("status", "--json").out()).tree();
  }

  private static String line(String text) {
    return text + System.lineSeparator();
  }
}
