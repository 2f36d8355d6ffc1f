package io.reproq.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.cli.database.DatabaseOption;
import io.reproq.dsn.Dsn;
import io.reproq.json.Json;
import io.reproq.store.ClaimAnswer;
import io.reproq.store.ClaimRequest;
import io.reproq.store.ClaimRequest.Quota;
import io.reproq.store.ClaimRequest.Routing;
import io.reproq.store.ClaimedTask;
import io.reproq.store.NewTask;
import io.reproq.store.Note;
import io.reproq.store.Settlement;
import io.reproq.store.TaskStore;
import io.reproq.store.WorkerInfo;
import io.reproq.task.ClaimId;
import io.reproq.task.Outcome;
import io.reproq.task.Place;
import io.reproq.task.Spec;
import io.reproq.task.TaskStatus;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `reproq logs`, and what `reproq get` shows of the same attempts.
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(60)
final class LogsCommandTest {
  private static final UUID WORKER = new UUID(0, 1);

  @TempDir private Path folder;
  private String dsn;
  private TaskStore store;
  private long claims;

  @BeforeEach
  void enter_a_worker() {
    dsn = "sqlite:" + folder.resolve("tasks.db");
    store = DatabaseOption.open(Dsn.parse(dsn));
    var lease = Duration.ofMinutes(5);
    store.join(
        new WorkerInfo(
            WORKER,
            "w",
            "host",
            1,
            List.of("default"),
            Set.of("sample.greet"),
            lease,
            lease.dividedBy(5),
            "1"));
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void output_of_all_attempts_is_printed_under_a_line_for_each() {
    var first = running();
    put(first, 0, "one\n");
    put(first, 4, "two");
    giveBack(first);
    var second = claim();
    put(second, 0, "three\n");
    finish(second);

    var result = run("logs", id(first));

    assertThat(result.code()).isZero();
    assertThat(result.err()).isEmpty();
    assertThat(result.out().lines().toList())
        .satisfiesExactly(
            line -> assertThat(line).startsWith("== attempt 1, 20"),
            line -> assertThat(line).isEqualTo("one"),
            line -> assertThat(line).isEqualTo("two"),
            line -> assertThat(line).startsWith("== attempt 2, 20"),
            line -> assertThat(line).isEqualTo("three"));
  }

  @Test
  void output_of_one_attempt_is_printed_as_it_is() {
    var first = running();
    put(first, 0, "one\n");
    giveBack(first);
    put(claim(), 0, "two\n");

    assertThat(run("logs", "--id", id(first), "--attempt", "1").out()).isEqualTo("one\n");
    assertThat(run("logs", "--id", id(first), "--attempt", "2").out()).isEqualTo("two\n");
    assertThat(run("logs", "--id", id(first), "--attempt", "3").out())
        .isEqualTo(line("No output was captured for attempt 3 of task " + id(first)));
    assertThat(run("logs", "--id", id(first), "--attempt", "0").err())
        .contains("--attempt must be at least 1, was 0");
  }

  @Test
  void more_than_a_page_of_pieces_is_printed_whole() {
    var task = running();
    for (var i = 0; i < 41; i++) {
      put(task, i, Integer.toString(i % 10));
    }

    assertThat(run("logs", id(task), "--attempt=1").out())
        .isEqualTo(line("01234567890123456789012345678901234567890"));
  }

  @Test
  void json_has_a_line_for_each_piece() {
    var task = running();
    put(task, 0, "a\n");
    put(task, 2, "b");

    var lines = run("logs", id(task), "--json").out().lines().toList();

    assertThat(lines).hasSize(2);
    var second = Json.parse(lines.getLast()).tree();
    assertThat(second.path("attempt").intValue()).isEqualTo(1);
    assertThat(second.path("start").intValue()).isEqualTo(2);
    assertThat(second.path("text").stringValue()).isEqualTo("b");
    assertThat(second.path("at").stringValue()).startsWith("20").endsWith("Z");
  }

  @Test
  void a_task_without_output_says_so_and_an_unknown_one_is_no_task() {
    var task = running();

    assertThat(run("logs", id(task)).out())
        .isEqualTo(line("No output was captured for task " + id(task)));
    assertThat(run("logs", id(task), "--json").out()).isEmpty();
    var unknown = run("logs", "4711");
    assertThat(unknown.code()).isEqualTo(1);
    assertThat(unknown.err()).contains("there is no task 4711 in ");
  }

  @Test
  void follow_goes_on_until_the_task_is_finished() throws Exception {
    var task = running();
    put(task, 0, "before\n");

    var following = CompletableFuture.supplyAsync(() -> run("logs", id(task), "--follow"));
    put(task, 7, "meanwhile\n");
    finish(task);

    var result = following.get(30, TimeUnit.SECONDS);
    assertThat(result.code()).isZero();
    assertThat(result.out().lines().skip(1)).containsExactly("before", "meanwhile");
  }

  @Test
  void follow_of_a_task_that_goes_on_ends_when_it_is_told_to() throws Exception {
    var task = running();
    put(task, 0, "before\n");
    var shell = Shell.plain();

    var following =
        CompletableFuture.supplyAsync(() -> shell.run("logs", id(task), "--follow", "--dsn", dsn));
    shell.stop().raise();

    assertThat(following.get(30, TimeUnit.SECONDS).code()).isZero();
  }

  @Test
  void a_file_that_logs_uri_names_is_printed() throws Exception {
    var task = running();
    var file = folder.resolve("täsk-1-attempt-2.log");
    Files.writeString(file, "STDOUT:\nhällo\n");
    Files.writeString(folder.resolve("täsk-1-attempt-1.log"), "the first\n");

    note(task, new Note.LogsUri(file.toString()));
    assertThat(run("logs", id(task)).out()).isEqualTo(line("== " + file) + "STDOUT:\nhällo\n");
    note(task, new Note.LogsUri(file.toUri().toString()));
    assertThat(run("logs", id(task)).out()).endsWith("STDOUT:\nhällo\n");

    assertThat(run("logs", id(task), "--attempt=2").out()).isEqualTo("STDOUT:\nhällo\n");
    assertThat(run("logs", id(task), "--attempt=1").out()).isEqualTo("the first\n");
    var json = Json.parse(run("logs", id(task), "--json").out()).tree();
    assertThat(json.path("logs_uri").stringValue()).isEqualTo(file.toUri().toString());
    assertThat(json.path("text").stringValue()).isEqualTo("STDOUT:\nhällo\n");
  }

  @Test
  void a_place_that_cannot_be_read_is_one_clear_line() {
    var task = running();
    put(task, 0, "kept\n");

    note(task, new Note.LogsUri("logs/gone.log"));
    var gone = run("logs", id(task));
    note(task, new Note.LogsUri("file:nowhere"));
    var odd = run("logs", id(task));
    note(task, new Note.LogsUri("http://"));
    var nowhere = run("logs", id(task));

    assertThat(gone.code()).isEqualTo(1);
    assertThat(gone.out()).endsWith("kept\n");
    assertThat(gone.err())
        .contains(
            "cannot read logs/gone.log: no such file or folder; it is the worker's file: look on"
                + " its machine, in its folder");
    assertThat(odd.err()).contains("logs_uri 'file:nowhere' is no path and no address");
    assertThat(nowhere.err()).contains("logs_uri 'http://' is no address");
  }

  @Test
  void an_address_that_logs_uri_names_is_fetched() throws Exception {
    var task = running();
    try (var server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Thread.startVirtualThread(() -> serve(server));
      var address = "http://127.0.0.1:" + server.getLocalPort();
      note(task, new Note.LogsUri(address + "/log"));
      var found = run("logs", id(task), "--attempt=1");
      note(task, new Note.LogsUri(address + "/other"));
      var missing = run("logs", id(task));

      assertThat(found.out()).isEqualTo("fetched ☃\n");
      assertThat(missing.code()).isEqualTo(1);
      assertThat(missing.err()).contains("cannot fetch " + address + "/other: status 404");
    }
  }

  @Test
  void get_shows_progress_and_other_facts_apart() {
    var task = running();
    note(
        task,
        new Note.Metadata(
            new Json(
                "{\"progress\":{\"done\":3,\"total\":10,\"message\":\"resizing\\nall\"},"
                    + "\"file\":\"a.png\"}")));

    assertThat(run("get", id(task)).out())
        .contains("progress    3/10 (30 %) resizing all")
        .contains("metadata    {\"file\":\"a.png\"}");

    note(task, new Note.Metadata(new Json("{\"progress\":{\"done\":7,\"total\":0}}")));
    assertThat(run("get", id(task)).out())
        .containsPattern("progress    7\\R")
        .doesNotContain("metadata");

    note(task, new Note.Metadata(new Json("{\"progress\":\"half\"}")));
    assertThat(run("get", id(task)).out())
        .contains("metadata    {\"progress\":\"half\"}")
        .doesNotContainPattern("(?m)^progress");
  }

  /// Answers one request after the other, until it is closed.
  private static void serve(ServerSocket server) {
    var body = "fetched ☃\n".getBytes(UTF_8);
    while (!server.isClosed()) {
      try (var connection = server.accept()) {
        var request = new BufferedReader(new InputStreamReader(connection.getInputStream(), UTF_8));
        var status = request.readLine().startsWith("GET /log ") ? "200 OK" : "404 Not Found";
        while (!request.readLine().isEmpty()) {
          // Headers say nothing that matters here.
        }
        var head =
            "HTTP/1.1 %s\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: %d\r\n"
                    .formatted(status, body.length)
                + "Connection: close\r\n\r\n";
        connection.getOutputStream().write(head.getBytes(UTF_8));
        connection.getOutputStream().write(body);
      } catch (IOException e) {
        // It was closed.
        return;
      }
    }
  }

  private ClaimedTask running() {
    store.enqueue(List.of(NewTask.of(Spec.of("sample.greet").build())));
    return claim();
  }

  private ClaimedTask claim() {
    claims++;
    var request =
        new ClaimRequest(
            new ClaimId(WORKER, claims),
            List.of(new Quota("default", 1)),
            new Routing(Set.of("sample.greet"), false));
    if (store.claim(request) instanceof ClaimAnswer.Taken(var tasks, var moved, var retryIn)) {
      return tasks.getFirst();
    }
    throw new AssertionError("the worker should live");
  }

  /// Makes it ready again, with its attempt counted.
  private void giveBack(ClaimedTask task) {
    store.settle(
        List.of(
            new Settlement(
                task.resultId(),
                task.claimId(),
                new Outcome.GivenBack(),
                new Place.Ready(task.attempt()))));
  }

  private void finish(ClaimedTask task) {
    store.settle(
        List.of(
            new Settlement(
                task.resultId(),
                task.claimId(),
                new Outcome.Succeeded(Json.NULL),
                new Place.Finished(TaskStatus.SUCCESSFUL, task.attempt()))));
  }

  private void put(ClaimedTask task, long start, String text) {
    note(task, new Note.Output(start, text));
  }

  private void note(ClaimedTask task, Note.Content content) {
    store.note(List.of(new Note(task.resultId(), task.claimId(), content)));
  }

  private Shell.Result run(String... args) {
    var all = new String[args.length + 2];
    System.arraycopy(args, 0, all, 0, args.length);
    all[args.length] = "--dsn";
    all[args.length + 1] = dsn;
    return Shell.plain().run(all);
  }

  private static String id(ClaimedTask task) {
    return Long.toString(task.resultId());
  }

  private static String line(String text) {
    return text + System.lineSeparator();
  }
}
