package io.reproq.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reproq.json.Json;
import io.reproq.process.ExecutorConfig.Command;
import io.reproq.process.ExecutorConfig.Kind;
import io.reproq.process.ExecutorConfig.Limits;
import io.reproq.process.ExecutorMetrics.Count;
import io.reproq.task.FailureKind;
import io.reproq.task.TaskStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a spawned command says and does, and what becomes of its task. The commands are shell
/// scripts.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class SpawnExecutorTest {
  @TempDir private Path folder;

  @Test
  void what_it_returns_is_kept_as_it_was_written() throws IOException {
    try (var stage = Stage.open(script("echo '{\"ok\": true, \"return\": {\"a\":  1.50e2}}'"))) {
      var run = stage.run(Stage.task("any.path", "[]"));

      assertThat(run.standing().status()).isEqualTo(TaskStatus.SUCCESSFUL);
      assertThat(run.result().value()).isEqualTo(new Json("{\"a\":  1.50e2}"));
    }
  }

  @Test
  void what_it_raises_is_told() throws IOException {
    var envelope =
        "{\"ok\": false, \"exception_class\": \"ValueError\", \"message\": \"bad address\","
            + " \"traceback\": \"Traceback: here\"}";
    try (var stage = Stage.open(script("echo '" + envelope + "'; exit 1"))) {
      var run = stage.run(Stage.task("any.path", "[]"));

      var failure = run.result().errors().getFirst().failure();
      assertThat(run.standing().status()).isEqualTo(TaskStatus.FAILED);
      assertThat(failure.kind()).isEqualTo(FailureKind.APP_ERROR);
      assertThat(failure.exceptionClass()).isEqualTo("ValueError");
      assertThat(failure.message()).isEqualTo("bad address");
      assertThat(failure.traceback()).isEqualTo("Traceback: here");
    }
  }

  @Test
  void it_gets_the_description_and_knows_its_attempt_and_worker() throws IOException {
    var echo =
        """
        spec=$(cat)
        printf '{"ok": true, "return": {"spec": %s, "argv": "%s", "worker": "%s"}}' \
          "$spec" "$*" "$REPROQ_WORKER_ID"
        """;
    try (var stage = Stage.open(command(Scripts.write(folder, echo)))) {
      var spec = Stage.task("any.path", "[1, \"two\"]");
      var run = stage.run(spec);

      var told = Stage.value(run).tree();
      assertThat(told.get("spec").toString()).isEqualTo(spec.build().text());
      assertThat(told.get("argv").asString())
          .isEqualTo("-m mod --result-id " + run.resultId() + " --attempt 1 --payload-stdin");
      assertThat(told.get("worker").asString()).isEqualTo("worker-1");
    }
  }

  @Test
  void a_payload_in_a_file_is_private_and_gone_afterwards() throws IOException {
    var body =
        """
        while [ $# -gt 1 ]; do shift; done
        printf '{"ok": true, "return": {"file": "%s", "mode": "%s", "spec": %s}}' \
          "$1" "$(stat -c %a "$1")" "$(cat "$1")"
        """;
    var config = command(Scripts.write(folder, body)).withPayload(ExecutorConfig.Payload.FILE);
    try (var stage = Stage.open(config)) {
      var spec = Stage.task("any.path", "[7]");
      var told = Stage.value(stage.run(spec)).tree();

      assertThat(told.get("mode").asString()).isEqualTo("600");
      assertThat(told.get("spec").toString()).isEqualTo(spec.build().text());
      assertThat(Path.of(told.get("file").asString())).doesNotExist();
    }
  }

  @Test
  void a_payload_on_the_command_line_has_to_be_allowed() throws IOException {
    assertThatThrownBy(() -> ExecutorConfig.Payload.of("inline", false))
        .hasMessageContaining("payload_mode inline")
        .hasMessageContaining("--allow-inline-payload");
    var body = "shift 7; printf '{\"ok\": true, \"return\": %s}' \"$1\"";
    var config =
        command(Scripts.write(folder, body)).withPayload(ExecutorConfig.Payload.of("inline", true));
    try (var stage = Stage.open(config)) {
      var spec = Stage.task("any.path", "[7]");

      assertThat(stage.run(spec).result().value()).isEqualTo(new Json(spec.build().text()));
    }
  }

  @Test
  void a_large_payload_waits_for_nobody_who_does_not_read_it() throws IOException {
    var config = command(Scripts.write(folder, "echo '{\"ok\": true, \"return\": 1}'"));
    try (var stage = Stage.open(config)) {
      var run = stage.run(Stage.task("any.path", "[\"" + "x".repeat(500_000) + "\"]"));

      assertThat(run.result().errors()).isEmpty();
      assertThat(run.standing().status()).isEqualTo(TaskStatus.SUCCESSFUL);
    }
  }

  @Test
  void a_payload_over_the_limit_starts_nothing() throws IOException {
    var config =
        script("echo '{\"ok\": true}'")
            .withLimits(
                new Limits(300, 1000, 1000, Duration.ofSeconds(10), Duration.ofMillis(500)));
    try (var stage = Stage.open(config)) {
      var spec = Stage.task("any.path", "[\"" + "x".repeat(300) + "\"]");
      var run = stage.run(spec);

      assertThat(Stage.kind(run)).isEqualTo(FailureKind.INFRA_ERROR);
      assertThat(Stage.message(run))
          .isEqualTo("payload size " + spec.build().text().length() + " exceeds limit 300");
      assertThat(stage.executor.metrics().count(Count.SPAWNED)).isZero();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "true | unexpected end of JSON input (exit status 0)",
        "exit 3 | unexpected end of JSON input (exit status 3)",
        "echo no module >&2; exit 1 | unexpected end of JSON input (exit status 1; no module)",
        "kill -SEGV $$ | unexpected end of JSON input (signal: segmentation fault)",
        "kill -KILL $$ | unexpected end of JSON input (signal: killed)",
        "echo '{\"ok\": true}{\"ok\": true}' | there is more behind the end",
        "echo '{\"ok\": true, \"return\": NaN}' | Non-standard token 'NaN'",
        "echo '[1]' | it is no object",
        "echo '{\"return\": 1}' | it does not say \"ok\"",
        "printf '{\"ok\": true, \"return\": \"\\377\"}' | not UTF-8 from byte 24 on",
        "printf '{\"ok\": true, \"return\": [1' | Unexpected end-of-input",
        "head -c 2000000 /dev/zero | more than 1048576 bytes",
      })
  void what_is_no_envelope_fails(String body, String reason) throws IOException {
    try (var stage = Stage.open(script(body))) {
      var run = stage.run(Stage.task("any.path", "[]"));

      assertThat(Stage.kind(run)).isEqualTo(FailureKind.APP_ERROR);
      assertThat(Stage.message(run)).startsWith("Invalid JSON on stdout: " + reason);
      assertThat(stage.executor.metrics().count(Count.ENVELOPE_ERROR)).isOne();
    }
  }

  @Test
  void a_program_that_goes_missing_is_told_as_what_cannot_start() throws IOException {
    var script = Scripts.of(folder, "echo '{\"ok\": true}'");
    try (var stage = Stage.open(command(script))) {
      Files.delete(script);
      var run = stage.run(Stage.task("any.path", "[]"));

      assertThat(Stage.kind(run)).isEqualTo(FailureKind.INFRA_ERROR);
      assertThat(Stage.message(run)).startsWith("cannot start " + script).contains("not found");
      assertThat(stage.executor.metrics().count(Count.NOT_STARTED)).isOne();
    }
  }

  @Test
  void a_program_that_there_is_not_ends_the_start() {
    assertThatThrownBy(() -> Stage.open(command(Path.of("no-such-python"))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("python_bin: no program 'no-such-python' on the PATH: name one that there is");
  }

  @Test
  void a_program_that_takes_longer_than_any_may_is_stopped() throws IOException {
    var config =
        script("sleep 60")
            .withLimits(
                new Limits(1000, 1000, 1000, Duration.ofMillis(300), Duration.ofMillis(200)));
    try (var stage = Stage.open(config)) {
      var run = stage.run(Stage.task("any.path", "[]"));

      assertThat(Stage.kind(run)).isEqualTo(FailureKind.INFRA_ERROR);
      assertThat(Stage.message(run)).isEqualTo("timed out after 0.3s");
    }
  }

  private ExecutorConfig script(String body) throws IOException {
    return command(Scripts.of(folder, body));
  }

  private static ExecutorConfig command(Path program) {
    return ExecutorConfig.defaults(Kind.SPAWN, "worker-1")
        .withCommand(new Command(program.toString(), "mod", List.of(), false));
  }
}
