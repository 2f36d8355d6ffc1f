package io.reproq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.json.Json;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(60)
final class LimitCommandTest {
  @TempDir private Path folder;

  @Test
  void a_limit_is_set_and_listed_and_removed() {
    assertThat(run("set", "--key", "queue:mail", "--rate", "5", "--burst", "10").out())
        .isEqualTo(line("Set rate limit queue:mail: 5.00 tokens/sec, burst 10"));
    assertThat(run("set", "--key=task:sample.greet", "--rate=0.25").out())
        .isEqualTo(line("Set rate limit task:sample.greet: 0.25 tokens/sec, burst 1"));

    var lines = run("ls").out().lines().toList();

    assertThat(lines.getFirst()).isEqualTo("Key\tTokens/s\tBurst\tCurrent\tLastRefill");
    assertThat(lines.get(1)).matches("global\t0\\.00\t1\t0\\.00\t.*Z");
    assertThat(lines.get(2)).matches("queue:mail\t5\\.00\t10\t10\\.00\t.*Z");
    assertThat(lines.get(3)).matches("task:sample.greet\t0\\.25\t1\t1\\.00\t.*Z");
    assertThat(lines).hasSize(4);
    assertThat(run("rm", "--key", "queue:mail").out())
        .isEqualTo(line("Deleted 1 rate limit(s) for queue:mail"));
    assertThat(run("rm", "--key", "queue:mail").out())
        .isEqualTo(line("Deleted 0 rate limit(s) for queue:mail"));
  }

  @Test
  void limits_are_listed_as_json_with_the_columns_of_the_table() {
    run("set", "--key", "global", "--rate", "5", "--burst", "10");

    var listed = Json.parse(run("ls", "--json").out()).tree();

    assertThat(listed.size()).isEqualTo(1);
    assertThat(listed.get(0).propertyNames())
        .containsExactly(
            "key", "tokens_per_second", "burst_size", "current_tokens", "last_refilled_at");
    assertThat(listed.get(0).path("current_tokens").doubleValue()).isEqualTo(10);
  }

  @Test
  void a_database_without_limits_says_so() {
    run("rm", "--key", "global");

    assertThat(run("ls").out()).isEqualTo(line("No rate limits configured."));
    assertThat(run("ls", "--json").out()).isEqualTo(line("[]"));
  }

  @Test
  void what_means_nothing_is_refused() {
    assertThat(run("set", "--key", "mail", "--rate", "1").err())
        .isEqualTo(line("reproq: the key must be task:PATH, queue:NAME or global, was 'mail'"));
    assertThat(run("set", "--key", "global", "--rate=-1").err())
        .contains("the rate must be 0, for no limit, or from 0.000001", "was -1.0");
    assertThat(run("set", "--key", "global", "--rate", "1", "--burst", "0").err())
        .isEqualTo(line("reproq: the burst must be at least 1, was 0"));
    assertThat(run("rm", "--key", "mail").code()).isEqualTo(1);
    assertThat(run("set", "--rate", "1").code()).isEqualTo(1);
  }

  @Test
  void a_worker_keeps_to_a_limit_and_goes_on_when_it_is_removed() throws Exception {
    run("set", "--key", "queue:default", "--rate", "0.001", "--burst", "2");
    Shell.plain().run("enqueue", "reproq.noop", "--count", "5", "--no-dedupe", "--dsn", dsn());
    var shell = Shell.plain();
    var worker = CompletableFuture.supplyAsync(() -> shell.run("worker", "--dsn", dsn()));
    awaitSuccessful(2);

    var waiting = Shell.plain().run("get", "5", "--dsn", dsn()).out();
    run("rm", "--key", "queue:default");

    awaitSuccessful(5);
    assertThat(waiting).contains("waits for a token of the rate limit queue:default");
    shell.stop().raise();
    assertThat(worker.get(20, TimeUnit.SECONDS).code()).isZero();
  }

  private void awaitSuccessful(int count) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> {
          var status = Shell.plain().run("status", "--json", "--dsn", dsn()).out();
          assertThat(Json.parse(status).tree().path("tasks").path("SUCCESSFUL").asInt(0))
              .isEqualTo(count);
        });
  }

  private Shell.Result run(String command, String... args) {
    var all = new String[args.length + 4];
    all[0] = "limit";
    all[1] = command;
    System.arraycopy(args, 0, all, 2, args.length);
    all[args.length + 2] = "--dsn";
    all[args.length + 3] = dsn();
    return Shell.plain().run(all);
  }

  private String dsn() {
    return "sqlite:" + folder.resolve("tasks.db");
  }

  private static String line(String text) {
    return text + System.lineSeparator();
  }
}
