package io.reproq.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reproq.cli.option.StopSignal;
import io.reproq.cli.option.Surroundings;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(60)
final class TopCommandTest {
  @TempDir private Path folder;
  private String dsn = "";

  @BeforeEach
  void enqueue_a_task() {
    dsn = "sqlite:" + folder.resolve("tasks.db");
    assertThat(Shell.plain().in(dsn).run("enqueue", "reproq.noop").code()).isZero();
  }

  @Test
  void without_a_terminal_it_prints_one_frame_and_ends() {
    var result = Shell.plain().in(dsn).run("top");

    assertThat(result.out())
        .contains("QUEUE ", "default ", "no workers", "NEWEST FAILURES")
        .doesNotContain("\033");
    assertThat(result.err()).isEmpty();
    assertThat(result.code()).isZero();
  }

  @Test
  void once_is_one_frame_on_a_terminal_too() {
    var out = new StringWriter();

    assertThat(run(onTerminal(new StopSignal()), out, "top", "--once")).isZero();
    assertThat(out.toString()).containsOnlyOnce("QUEUE ").doesNotContain("\033");
  }

  @Test
  void on_a_terminal_it_refreshes_until_told_to_stop_and_gives_the_screen_back() throws Exception {
    var out = new StringWriter();
    var stop = new StopSignal();
    var code =
        CompletableFuture.supplyAsync(() -> run(onTerminal(stop), out, "top", "--interval", "0.1"));
    await().until(() -> out.toString().split("QUEUE ", -1).length > 2);
    stop.raise();

    assertThat(code.get(30, TimeUnit.SECONDS)).isZero();
    assertThat(out.toString()).startsWith("\033[?1049h").endsWith("\033[?1049l");
  }

  @Test
  void an_interval_that_is_too_short_is_refused() {
    var result = Shell.plain().in(dsn).run("top", "--interval", "0.01");

    assertThat(result.err().strip()).hasLineCount(1).contains("--interval must be at least 0.1");
    assertThat(result.code()).isEqualTo(1);
  }

  private Surroundings onTerminal(StopSignal stop) {
    return new Surroundings(Map.of("DATABASE_URL", dsn), InputStream.nullInputStream(), stop, true);
  }

  private static int run(Surroundings surroundings, StringWriter out, String... args) {
    return Commands.create(surroundings).setOut(new PrintWriter(out, true)).execute(args);
  }
}
