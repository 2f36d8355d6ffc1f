package io.reproq.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reproq.process.ExecutorConfig.Command;
import io.reproq.process.ExecutorConfig.Kind;
import io.reproq.process.ExecutorConfig.Limits;
import io.reproq.process.ExecutorConfig.Payload;
import io.reproq.process.ExecutorConfig.Reuse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class ExecutorConfigTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration HALF = Duration.ofMillis(500);

  @Test
  void the_defaults_are_those_of_the_contract() {
    assertThat(ExecutorConfig.defaults(Kind.SPAWN, "w"))
        .isEqualTo(
            new ExecutorConfig(
                Kind.SPAWN,
                "w",
                new Command("python3", "reproq_django.executor", List.of(), false),
                AllowList.DEFAULT,
                Payload.STDIN,
                new Limits(1_048_576, 1_048_576, 1_048_576, HOUR, HALF),
                new Reuse(1000, 256, 1024),
                null,
                Duration.ZERO));
  }

  @Test
  void each_part_can_be_another() {
    var command = new Command("pypy", "mine", List.of("app"), true);
    var allowed = AllowList.of(List.of("app"));
    var limits = new Limits(1, 2, 3, HALF, Duration.ZERO);
    var reuse = new Reuse(4, 5, 6);

    var config =
        ExecutorConfig.defaults(Kind.POOL, "w")
            .withCommand(command)
            .withAllowed(allowed)
            .withPayload(Payload.FILE)
            .withLimits(limits)
            .withReuse(reuse)
            .withLogsDir(Path.of("logs"))
            .withMockTakes(HALF);

    assertThat(config)
        .isEqualTo(
            new ExecutorConfig(
                Kind.POOL,
                "w",
                command,
                allowed,
                Payload.FILE,
                limits,
                reuse,
                Path.of("logs"),
                HALF));
  }

  @Test
  void what_cannot_be_is_refused_with_its_name_and_value() {
    assertRefused(
        () -> Kind.of("thread"), "executor must be spawn, fork, pool or mock, was thread");
    assertRefused(
        () -> Payload.of("socket", true), "payload_mode must be stdin, file or inline, was socket");
    assertRefused(
        () -> new Limits(0, 1, 1, HOUR, HALF), "max_payload_bytes must be positive, was 0");
    assertRefused(
        () -> new Limits(1, 0, 1, HOUR, HALF), "max_stdout_bytes must be positive, was 0");
    assertRefused(
        () -> new Limits(1, 1, -1, HOUR, HALF), "max_stderr_bytes must not be negative, was -1");
    assertRefused(
        () -> new Limits(1, 1, 1, Duration.ZERO, HALF), "exec_timeout must be positive, was PT0S");
    assertRefused(
        () -> new Limits(1, 1, 1, HOUR, HOUR), "kill_grace must be from 0 to 800ms, was PT1H");
    assertRefused(() -> new Reuse(0, 1, 1), "pool_max_tasks must be positive, was 0");
    assertRefused(() -> new Reuse(1, 0, 1), "pool_max_memory_mb must be positive, was 0");
    assertRefused(() -> new Reuse(1, 1, 0), "fork_server_memory_mb must be positive, was 0");
    assertRefused(
        () -> new Command("", "m", List.of(), false), "python_bin must not be empty, was ");
  }

  private static void assertRefused(Runnable making, String message) {
    assertThatThrownBy(making::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }
}
