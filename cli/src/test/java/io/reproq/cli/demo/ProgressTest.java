package io.reproq.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.clock.TimeSource;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class ProgressTest {
  private final StringWriter out = new StringWriter();
  private final Stopwatch time = new Stopwatch();

  @Test
  void a_terminal_gets_a_bar_with_count_rate_and_time_left() {
    var progress = progress(true, new Progress.Extent(300, 0));
    time.advance(Duration.ofSeconds(1));

    progress.show(100);

    assertThat(out.toString())
        .isEqualTo("\r[##########....................] 100/300 files, 100/s, 2 s left\u001b[K");
  }

  @Test
  void what_earlier_runs_did_makes_nobody_faster() {
    var progress = progress(true, new Progress.Extent(1000, 900));
    time.advance(Duration.ofSeconds(10));

    progress.show(910);

    assertThat(out.toString()).contains("910/1000 files, 1/s, 1:30 min left");
  }

  @Test
  void without_a_terminal_there_is_a_line_now_and_then() {
    var progress = progress(false, new Progress.Extent(10, 0));

    progress.show(1);
    time.advance(Duration.ofSeconds(2));
    progress.show(4);
    time.advance(Duration.ofSeconds(1));
    progress.show(6);
    progress.finish(10);

    assertThat(out.toString())
        .isEqualToNormalizingNewlines("4/10 files, 2/s, 3 s left\n10/10 files, 3/s\n");
  }

  @Test
  void nothing_to_do_is_done_at_once() {
    progress(true, new Progress.Extent(0, 0)).finish(0);

    assertThat(out.toString()).contains("[##############################] 0/0 files");
  }

  private Progress progress(boolean isTerminal, Progress.Extent extent) {
    return new Progress(new PrintWriter(out, true), isTerminal, time, extent);
  }

  private static final class Stopwatch implements TimeSource {
    private long nanos;

    void advance(Duration step) {
      nanos += step.toNanos();
    }

    @Override
    public Instant now() {
      return Instant.EPOCH.plusNanos(nanos);
    }

    @Override
    public long nanoTime() {
      return nanos;
    }
  }
}
