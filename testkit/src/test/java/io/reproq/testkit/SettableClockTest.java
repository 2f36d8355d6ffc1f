package io.reproq.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class SettableClockTest {
  private final SettableClock clock = new SettableClock();

  @Test
  void stands_still() {
    assertThat(clock.now()).isEqualTo(SettableClock.START);
    assertThat(clock.nanoTime()).isEqualTo(clock.nanoTime());
  }

  @Test
  void starts_where_it_is_told() {
    var start = Instant.parse("2030-05-05T05:05:05Z");

    assertThat(new SettableClock(start).now()).isEqualTo(start);
  }

  @Test
  void moves_both_clocks_when_time_passes() {
    var before = clock.nanoTime();

    clock.advance(Duration.ofMillis(1500));

    assertThat(clock.now()).isEqualTo(SettableClock.START.plusMillis(1500));
    assertThat(clock.nanoTime() - before).isEqualTo(1_500_000_000L);
  }

  @Test
  void lets_the_time_pass_that_it_takes_to_get_somewhere() {
    var before = clock.nanoTime();

    clock.set(SettableClock.START.plusSeconds(3));

    assertThat(clock.now()).isEqualTo(SettableClock.START.plusSeconds(3));
    assertThat(clock.nanoTime() - before).isEqualTo(3_000_000_000L);
  }

  @Test
  void steps_the_wall_clock_alone() {
    var before = clock.nanoTime();

    clock.stepWall(Duration.ofHours(-2));

    assertThat(clock.now()).isEqualTo(SettableClock.START.minusSeconds(7200));
    assertThat(clock.nanoTime()).isEqualTo(before);
  }

  @Test
  void does_not_go_back() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> clock.advance(Duration.ofNanos(-1)))
        .withMessageContaining("PT-0.000000001S");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> clock.set(SettableClock.START.minusNanos(1)))
        .withMessageContaining("2025-12-31T23:59:59.999999999Z");
    assertThat(clock.now()).isEqualTo(SettableClock.START);
  }

  @Test
  void loses_no_step_of_many_threads() throws Exception {
    var jobs = new ArrayList<Callable<Integer>>();
    for (var i = 0; i < 1000; i++) {
      jobs.add(() -> {
        clock.advance(Duration.ofMillis(1));
        return 1;
      });
    }

    try (var threads = Executors.newFixedThreadPool(4)) {
      for (var job : threads.invokeAll(jobs)) {
        job.get();
      }
    }

    assertThat(clock.now()).isEqualTo(SettableClock.START.plusSeconds(1));
    assertThat(clock.nanoTime()).isEqualTo(1_000_000_000L);
  }
}
