package io.reproq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.cli.option.StopSignal;
import io.reproq.cli.option.Surroundings;
import io.reproq.cli.torture.TortureMain;
import io.reproq.json.Json;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(120)
final class TortureTest {
  @TempDir private Path folder;

  @Test
  void all_is_well_with_a_worker_that_runs_elsewhere() throws Exception {
    var dsn = "sqlite:" + folder.resolve("tasks.db");
    var shell = Shell.plain().in(dsn);
    var worker = CompletableFuture.supplyAsync(() -> shell.run("worker"));

    var result =
        torture("--dsn", dsn, "--count", "300", "--workers", "0", "--queue", "default", "--json");
    shell.stop().raise();
    worker.get(30, TimeUnit.SECONDS);

    var report = Json.parse(result.out()).tree();
    assertThat(report.path("violations")).isEmpty();
    assertThat(report.path("seed").isNumber()).isTrue();
    assertThat(result.code()).isZero();
  }

  @Test
  void all_is_well_with_workers_that_are_killed() throws Exception {
    var dsn = "sqlite:" + folder.resolve("tasks.db");

    var result = torture("--dsn", dsn, "--count", "2000", "--kill", "--seed", "7", "--json");

    var report = Json.parse(result.out()).tree();
    assertThat(report.path("violations")).isEmpty();
    assertThat(report.path("kills").asInt()).isPositive();
    assertThat(report.path("statuses").path("failed").asInt()).isPositive();
    assertThat(report.path("seed").asInt()).isEqualTo(7);
    assertThat(result.code()).isZero();
    assertThat(ProcessHandle.current().children())
        .noneMatch(child -> child.info().commandLine().orElse("").contains("torture-7"));
  }

  @Test
  void who_is_told_to_stop_checks_nothing() {
    var stop = new StopSignal();
    stop.raise();

    var result = torture(stop, "--dsn", "sqlite:" + folder.resolve("tasks.db"), "--workers", "0");

    assertThat(result.out()).isEmpty();
    assertThat(result.err()).contains("stopped before all tasks were over; nothing was checked");
    assertThat(result.code()).isEqualTo(1);
  }

  @Test
  void tasks_that_nobody_runs_are_reported() {
    var dsn = "sqlite:" + folder.resolve("tasks.db");

    var result = torture("--dsn", dsn, "--count", "5", "--workers", "0", "--timeout", "0.3");

    assertThat(result.out()).contains("violation(s)", "is not over: READY");
    assertThat(result.code()).isEqualTo(1);
  }

  private static Shell.Result torture(String... arguments) {
    return torture(new StopSignal(), arguments);
  }

  private static Shell.Result torture(StopSignal stop, String... arguments) {
    var out = new StringWriter();
    var err = new StringWriter();
    var surroundings = new Surroundings(Map.of(), InputStream.nullInputStream(), stop, false);
    var line = TortureMain.create(surroundings);
    line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    return new Shell.Result(line.execute(arguments), out.toString(), err.toString());
  }
}
