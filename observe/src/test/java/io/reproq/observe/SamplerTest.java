package io.reproq.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reproq.testkit.SettableClock;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class SamplerTest {
  private final SettableClock clock = new SettableClock();

  @Test
  void what_is_older_than_the_deadline_is_not_told() {
    try (var sampler = new Sampler<>("test", clock, () -> 7)) {
      await().until(() -> sampler.read(Integer::doubleValue) == 7);

      clock.advance(Sampler.DEADLINE.plus(Duration.ofSeconds(1)));

      assertThat(sampler.read(Integer::doubleValue)).isNaN();
    }
  }

  @Test
  void reading_does_not_wait_for_a_look_that_hangs() throws InterruptedException {
    var looking = new CountDownLatch(1);
    try (var sampler =
        new Sampler<>(
            "test",
            clock,
            () -> {
              looking.countDown();
              hang();
              return 7;
            })) {
      looking.await();

      assertThat(sampler.read(Integer::doubleValue)).isNaN();
    }
  }

  private static void hang() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
