package io.reproq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.cli.database.DatabaseOption;
import io.reproq.dsn.Dsn;
import io.reproq.json.Json;
import io.reproq.store.ClaimAnswer;
import io.reproq.store.ClaimRequest;
import io.reproq.store.ClaimRequest.Quota;
import io.reproq.store.ClaimRequest.Routing;
import io.reproq.store.Settlement;
import io.reproq.store.TaskStore;
import io.reproq.store.WorkerInfo;
import io.reproq.task.ClaimId;
import io.reproq.task.Failure;
import io.reproq.task.FailureKind;
import io.reproq.task.Outcome;
import io.reproq.task.Place;
import io.reproq.task.TaskStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
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

/// The commands that give orders about tasks and queues, on one SQLite file.
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(60)
final class OrderCommandsTest {
  private static final UUID WORKER = UUID.randomUUID();

  @TempDir private Path folder;
  private String dsn;

  @BeforeEach
  void choose_a_database() {
    dsn = "sqlite:" + folder.resolve("tasks.db");
  }

  @Test
  void triage_lists_the_newest_failure_first() {
    assertThat(run("triage", "list").out()).isEqualTo(line("No failed tasks."));
    var first = failed("sample.greet", "--queue", "mail");
    var second = failed("sample.sum");

    var lines = run("triage", "list").out().lines().toList();

    assertThat(lines.get(0)).isEqualTo("ID\tQueue\tTask\tAttempts\tFailedAt\tLastError");
    assertThat(lines.get(1)).matches(second + "\tdefault\tsample.sum\t1/3\t\\S+Z\tit broke badly");
    assertThat(lines.get(2)).startsWith(first + "\tmail\tsample.greet\t1/3\t");
    assertThat(lines).hasSize(3);
    assertThat(run("triage", "list", "--queue", "mail").out()).hasLineCount(2);
    assertThat(run("triage", "list", "--task-path", "sample.sum").out()).hasLineCount(2);
    assertThat(run("triage", "list", "--limit", "1").out()).hasLineCount(2);
    assertThat(
            json(run("triage", "list", "--limit", "1", "--json").out())
                .path(0)
                .path("result_id")
                .asLong())
        .isEqualTo(Long.parseLong(second));
    assertThat(run("triage", "list", "--limit", "0").err())
        .isEqualTo(line("reproq: --limit must be at least 1, was 0"));
  }

  @Test
  void triage_inspects_a_failed_task_and_no_other() {
    var id = failed("sample.greet", "--kwargs", "{\"name\": \"Ada\"}");

    var result = run("triage", "inspect", id);

    assertThat(result.code()).isZero();
    assertThat(result.out())
        .contains(
            "Result ID: " + id,
            "Queue: default",
            "Task Path: sample.greet",
            "Status: FAILED",
            "Attempts: 1/3",
            "Failed At: 20",
            "Last Error: it broke\n badly",
            "Spec JSON: {",
            "\"name\" : \"Ada\"",
            "Errors JSON: [",
            "\"kind\" : \"app_error\"",
            "\"exception_class\" : \"Boom\"",
            "\"attempt\" : 1",
            "\"worker_id\" : \"anna\"");
    assertThat(run("triage", "inspect", "--id", id).out()).isEqualTo(result.out());
    assertThat(json(run("triage", "inspect", id, "--json").out()).path("status").asString())
        .isEqualTo("FAILED");
    var ready = enqueue("sample.sum");
    assertRefused(
        "task %s is READY, and only FAILED tasks are inspected here: reproq get %s shows it"
            .formatted(ready, ready),
        "triage",
        "inspect",
        ready);
    assertThat(run("triage", "inspect", "99").code()).isEqualTo(1);
    assertThat(run("triage", "inspect", "99").err()).startsWith("reproq: there is no task 99 in ");
  }

  @Test
  void triage_retries_what_is_named() {
    var id = failed("sample.greet");
    var other = enqueue("sample.sum");

    var result = run("triage", "retry", id, other, "99");

    assertThat(result.out()).isEqualTo(line("Retried 1 task(s)"));
    assertThat(result.err()).isEqualTo(line("not FAILED, or not there: [" + other + ", 99]"));
    assertThat(get(id).path("status").asString()).isEqualTo("READY");
    assertThat(get(id).path("attempts").asInt()).isZero();
    var again = run("triage", "retry", "--id", id);
    assertThat(again.out()).isEqualTo(line("No failed tasks updated."));
    assertThat(again.code()).isZero();
    assertThat(run("triage", "retry", id, "--queue", "mail").err())
        .contains("--queue and --task-path are for --all");
    assertThat(run("triage", "retry").code()).isEqualTo(1);
  }

  @Test
  void triage_retries_all_and_one_twin_stops_nobody() {
    var twin = failed("sample.greet");
    failed("sample.sum", "--queue", "mail");
    failed("sample.sum");
    var active = enqueue("sample.greet");

    assertThat(run("triage", "retry", "--all", "--dry-run").out())
        .isEqualTo(line("Would retry 3 task(s)"));
    assertThat(
            run("triage", "retry", "--all", "--queue", "mail", "--task-path", "sample.sum").out())
        .isEqualTo(line("Retried 1 task(s)"));
    var result = run("triage", "retry", "--all");

    assertThat(result.out()).isEqualTo(line("Retried 1 task(s)"));
    assertThat(result.err())
        .isEqualTo(
            line(
                "1 task(s) stay FAILED, because a twin with the same spec is not over: %s (twin %s)"
                    .formatted(twin, active)));
    assertThat(result.code()).isZero();
    assertThat(run("triage", "retry", "--all", "--json").out())
        .isEqualTo(
            line(
                "{\"retried\":0,\"dry_run\":false,\"twins_active\":[{\"result_id\":%s,\"twin_id\":%s}],\"blocked\":[],\"not_failed\":[]}"
                    .formatted(twin, active)));
  }

  @Test
  void a_retry_of_more_tasks_than_a_batch_takes_them_all() {
    run("enqueue", "sample.greet", "--count", "1200");
    failAll(1200);

    assertThat(run("triage", "retry", "--all").out()).isEqualTo(line("Retried 1200 task(s)"));
    assertThat(run("triage", "list").out()).isEqualTo(line("No failed tasks."));
  }

  @Test
  void triage_discards() {
    var first = failed("sample.greet");
    failed("sample.sum");

    assertThat(run("triage", "discard", first).out()).isEqualTo(line("Discarded 1 task(s)"));
    assertThat(run("triage", "discard", first).out()).isEqualTo(line("No failed tasks updated."));
    assertThat(get(first).path("status").asString()).isEqualTo("CANCELLED");
    assertThat(get(first).path("last_error").asString()).isEqualTo("discarded");
    assertThat(run("triage", "discard", "--all", "--dry-run").out())
        .isEqualTo(line("Would discard 1 task(s)"));
    assertThat(run("triage", "discard", "--all", "--json").out())
        .isEqualTo(line("{\"discarded\":1,\"dry_run\":false}"));
  }

  @Test
  void replay_enqueues_a_task_like_an_earlier_one() {
    var id = enqueue("sample.greet", "--no-dedupe");
    var hash = get(id).path("spec_hash").asString();

    assertThat(run("replay", "--id", id).out())
        .isEqualTo(line("Requeued task 1 as new result_id 2"));
    assertThat(run("replay", "--spec-hash", hash).out())
        .isEqualTo(line("Requeued task 2 (spec_hash " + hash + ") as new result_id 3"));
    assertThat(run("replay", "--id", id, "--json").out())
        .isEqualTo(line("{\"replayed\":1,\"result_id\":4}"));
    assertThat(get("3").path("spec_hash").asString()).isEqualTo(hash);
  }

  @Test
  void replay_says_why_it_cannot() {
    var unique = enqueue("sample.greet");
    assertRefused(
        "task 1 was to be the only unfinished one of its spec, and task itself is not over: wait"
            + " for its end, or cancel it",
        "replay",
        "--id",
        unique);
    run("cancel", unique);
    var second = enqueue("sample.greet");
    assertRefused(
        "task 1 was to be the only unfinished one of its spec, and task %s is not over: wait for its"
                .formatted(second)
            + " end, or cancel it",
        "replay",
        "--id",
        unique);
    assertRefused(
        "--spec-hash wants 64 hex digits, as get --json shows them, found 4 characters: 'abcd'",
        "replay",
        "--spec-hash",
        "abcd");
    var unknown = "0".repeat(64);
    assertThat(run("replay", "--spec-hash", unknown).err())
        .startsWith("reproq: there is no task with spec_hash " + unknown + " in ");
    assertThat(run("replay", "--id", "99").err()).startsWith("reproq: there is no task 99 in ");
    assertThat(run("replay").code()).isEqualTo(1);
    assertThat(run("replay", "--id", "1", "--spec-hash", unknown).code()).isEqualTo(2);
  }

  @Test
  void a_queue_is_paused_and_resumed() {
    assertThat(run("pause-queue", "mail", "--reason", "no stamps").out())
        .isEqualTo(line("Paused queue mail; 0 running task(s) go on"));
    assertThat(run("pause-queue", "mail", "--reason", "strike").out())
        .isEqualTo(line("Queue mail was already paused"));
    assertThat(run("pause-queue", "--all").out())
        .isEqualTo(line("Paused all queues; 0 running task(s) go on"));
    assertThat(run("pause-queue", "--all").out()).isEqualTo(line("All queues were already paused"));
    assertThat(run("status").out())
        .containsPattern("queue mail paused since 20\\S+: strike")
        .containsPattern("all queues paused since 20\\S+Z\\R");
    assertThat(json(run("status", "--json").out()).path("paused").toString())
        .contains("{\"queue_name\":\"*\",", "\"reason\":\"strike\"}");

    assertThat(run("resume-queue", "other").out().lines())
        .containsExactly(
            "Queue other was not paused", "Still, all queues are paused: resume-queue --all");
    assertThat(run("resume-queue", "--all").out().lines())
        .containsExactly("Resumed all queues", "Still paused by name: mail (strike)");
    assertThat(run("resume-queue", "--all").out()).startsWith("All queues were not paused");
    assertThat(run("resume-queue", "mail", "--json").out())
        .isEqualTo(
            line(
                "{\"queue_name\":\"mail\",\"paused\":false,\"changed\":true,\"still_paused\":[]}"));
    assertThat(run("pause-queue", "mail", "--json").out())
        .isEqualTo(
            line("{\"queue_name\":\"mail\",\"paused\":true,\"changed\":true,\"running\":0}"));
    assertThat(run("pause-queue").code()).isEqualTo(1);
    assertRefused("the queue's name is empty: name the queue", "pause-queue", " ");
  }

  @Test
  void a_drained_database_runs_nothing() {
    assertThat(run("drain", "--wait").out())
        .isEqualTo(line("Drained: all queues are paused, and nothing runs"));
    assertThat(run("status").out()).contains(": draining");
    assertThat(run("resume-queue", "--all").out()).isEqualTo(line("Resumed all queues"));
    assertRefused("--timeout is for --wait: give both, or neither", "drain", "--timeout", "1s");
  }

  @Test
  void a_drain_waits_for_what_runs() throws Exception {
    enqueue("sample.greet");
    try (var store = DatabaseOption.open(Dsn.parse(dsn))) {
      var task = claim(store, 1).getFirst();
      assertThat(run("drain").out())
          .isEqualTo(line("Draining: all queues are paused; 1 task(s) still run"));
      var late = run("drain", "--wait", "--timeout", "300ms");
      assertThat(late.err())
          .isEqualTo(
              line("1 task(s) running ...")
                  + line(
                      "reproq: 1 task(s) still run after 0.3s; all queues stay paused until"
                          + " resume-queue --all"));
      assertThat(late.code()).isEqualTo(1);

      var waiting = CompletableFuture.supplyAsync(() -> run("drain", "--wait"));
      store.settle(List.of(failure(task)));

      assertThat(waiting.get(20, TimeUnit.SECONDS).out())
          .isEqualTo(line("Drained: all queues are paused, and nothing runs"));
    }
  }

  @Test
  void a_worker_takes_nothing_of_a_paused_queue_until_it_is_resumed() throws Exception {
    run("pause-queue", "--all");
    var id = enqueue("reproq.noop");
    var shell = Shell.plain();
    var worker = CompletableFuture.supplyAsync(() -> shell.run("worker", "--dsn", dsn));
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () -> assertThat(json(run("status", "--json").out()).path("workers")).hasSize(1));
    assertThat(get(id).path("status").asString()).isEqualTo("READY");

    run("resume-queue", "--all");

    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThat(get(id).path("status").asString()).isEqualTo("SUCCESSFUL"));
    shell.stop().raise();
    assertThat(worker.get(20, TimeUnit.SECONDS).code()).isZero();
  }

  @Test
  void cancel_takes_several_ids() {
    var first = enqueue("sample.greet");
    var second = enqueue("sample.sum");

    assertThat(run("cancel", first, second, "99").out().lines())
        .containsExactly(
            "Cancelled task " + first,
            "Cancelled task " + second,
            "No RUNNING task found for result_id 99");
    assertThat(run("cancel", "--id", first, "--json").out())
        .isEqualTo(line("[{\"result_id\":" + first + ",\"answer\":\"NOT_ACTIVE\"}]"));
    assertThat(run("get", "--id", first).out()).isEqualTo(run("get", first).out());
  }

  @Test
  void prune_keeps_the_newest() {
    for (var i = 0; i < 3; i++) {
      run("cancel", enqueue("sample.greet"));
    }

    assertThat(run("prune", "finished", "--keep", "2", "--dry-run").out())
        .isEqualTo(line("Would prune 1 finished task(s)"));
    assertThat(run("prune", "finished", "--keep", "2", "--older-than", "7d").out())
        .isEqualTo(line("Pruned 0 finished task(s)"));
    assertThat(run("prune", "finished", "--keep", "2").out())
        .isEqualTo(line("Pruned 1 finished task(s)"));
    var neither = run("prune", "finished");
    assertThat(neither.code()).isEqualTo(1);
    assertThat(neither.err())
        .contains("prune finished needs --older-than, --keep or both: which tasks may go?");
    assertRefused("--keep must be at least 1, was 0", "prune", "finished", "--keep", "0");
  }

  @Test
  void prune_deletes_what_expired() {
    enqueue("sample.greet");
    try (var store = DatabaseOption.open(Dsn.parse(dsn))) {
      var task = claim(store, 1).getFirst();
      var expired = Failure.of(FailureKind.EXPIRED, "its time is over");
      store.settle(
          List.of(
              new Settlement(
                  task,
                  new ClaimId(WORKER, 1),
                  new Outcome.Cancelled(expired),
                  new Place.Finished(TaskStatus.CANCELLED, 1))));
    }

    assertThat(run("prune", "expired", "--dry-run").out())
        .isEqualTo(line("Would prune 1 expired task(s)"));
    assertThat(run("prune", "expired", "--limit", "1").out())
        .isEqualTo(line("Pruned 1 expired task(s)"));
    assertThat(run("prune", "expired", "--json").out())
        .isEqualTo(line("{\"pruned\":0,\"dry_run\":false}"));
    assertRefused("--limit must not be negative, was -1", "prune", "expired", "--limit=-1");
  }

  @Test
  void prune_strikes_dead_workers_out_and_takes_their_tasks_back() {
    var id = enqueue("sample.greet");
    try (var store = DatabaseOption.open(Dsn.parse(dsn))) {
      claim(store, 1);
    }

    assertThat(run("prune", "workers").out()).isEqualTo(line("Pruned 0 worker(s)"));
    assertThat(run("prune", "workers", "--older-than", "0s", "--dry-run").out())
        .isEqualTo(line("Would prune up to 1 worker(s)"));
    assertThat(run("prune", "workers", "--older-than", "0s").out())
        .isEqualTo(line("Pruned 1 worker(s)"));
    assertThat(run("status").out()).contains("no workers");
    assertThat(get(id).path("status").asString()).isEqualTo("READY");
    assertThat(run("prune", "workers", "--older-than", "0s", "--json").out())
        .isEqualTo(line("{\"pruned\":0,\"living\":0,\"dry_run\":false}"));
  }

  @Test
  void prune_watches_as_many_workers_as_it_is_told_to() {
    try (var store = DatabaseOption.open(Dsn.parse(dsn))) {
      for (var number = 1; number <= 3; number++) {
        store.join(worker(new UUID(7, number), "w" + number, 1));
      }
    }

    assertThat(run("prune", "workers", "--older-than", "0s", "--dry-run", "--limit", "2").out())
        .isEqualTo(line("Would prune up to 2 worker(s)"));
    assertThat(run("prune", "workers", "--older-than", "0s", "--limit", "2").out())
        .isEqualTo(line("Pruned 2 worker(s)"));
    assertThat(run("prune", "workers", "--limit", "-1").err())
        .isEqualTo(line("reproq: --limit must be at least 0, was -1"));
  }

  private String failed(String taskPath, String... flags) {
    var id = enqueue(taskPath, flags);
    failAll(1);
    return id;
  }

  private void failAll(int count) {
    try (var store = DatabaseOption.open(Dsn.parse(dsn))) {
      store.settle(claim(store, count).stream().map(OrderCommandsTest::failure).toList());
      store.leave(WORKER);
    }
  }

  /// Takes up to `count` tasks of the queues that these tests use.
  private static List<Long> claim(TaskStore store, int count) {
    store.join(worker(WORKER, "anna", count));
    var quotas = List.of(new Quota("default", count), new Quota("mail", count));
    var routing = new Routing(Set.of("sample.greet", "sample.sum"), false);
    var answer = store.claim(new ClaimRequest(new ClaimId(WORKER, 1), quotas, routing));
    var ids = new ArrayList<Long>();
    if (answer instanceof ClaimAnswer.Taken(var tasks, var moved, var retryIn)) {
      tasks.forEach(task -> ids.add(task.resultId()));
    }
    return ids;
  }

  private static WorkerInfo worker(UUID incarnation, String name, int concurrency) {
    var lease = Duration.ofSeconds(15);
    return new WorkerInfo(
        incarnation,
        name,
        "host",
        concurrency,
        List.of("default", "mail"),
        Set.of("sample.greet", "sample.sum"),
        lease,
        lease.dividedBy(3),
        "1");
  }

  private static Settlement failure(long id) {
    var failure = new Failure(FailureKind.APP_ERROR, "Boom", "it broke\n badly", "at Sample");
    return new Settlement(
        id,
        new ClaimId(WORKER, 1),
        new Outcome.Failed(failure, false),
        new Place.Finished(TaskStatus.FAILED, 1));
  }

  private void assertRefused(String message, String... args) {
    var result = run(args);
    assertThat(result.err()).isEqualTo(line("reproq: " + message));
    assertThat(result.out()).isEmpty();
    assertThat(result.code()).isEqualTo(1);
  }

  private Shell.Result run(String... args) {
    var all = new ArrayList<>(List.of(args));
    all.add("--dsn");
    all.add(dsn);
    return Shell.plain().run(all.toArray(String[]::new));
  }

  private String enqueue(String taskPath, String... flags) {
    var args = new ArrayList<>(List.of("enqueue", taskPath));
    args.addAll(List.of(flags));
    return run(args.toArray(String[]::new)).out().strip();
  }

  private JsonNode get(String id) {
    return json(run("get", id, "--json").out());
  }

  private static JsonNode json(String text) {
    return Json.parse(text).tree();
  }

  private static String line(String text) {
    return text + System.lineSeparator();
  }
}
