package io.reproq.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.EnqueueOptions;
import io.reproq.Reproq;
import io.reproq.TaskType;
import io.reproq.clock.TimeSource;
import io.reproq.store.RateLimit;
import java.time.Duration;
import java.util.Collections;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A worker in real time that waits for tokens.
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(60)
final class RateLimitedWorkerTest {
  private static final TaskType<Integer, String> TYPE =
      TaskType.of("sample.number", Integer.class, String.class);

  @Test
  void is_there_when_the_next_token_comes() throws Exception {
    var time = TimeSource.system();
    var ran = new CountDownLatch(21);
    try (var reproq = Reproq.open("memory:")) {
      reproq.limits().set(new RateLimit("global", 20, 1));
      reproq.handle(
          TYPE,
          (context, number) -> {
            ran.countDown();
            return "done";
          });
      reproq.enqueueAll(TYPE, Collections.nCopies(21, 1), EnqueueOptions.DEFAULT);
      var start = time.nanoTime();
      reproq.start();

      assertThat(ran.await(30, TimeUnit.SECONDS)).isTrue();

      // One at once and twenty at 50 ms each; a worker that only polls would take 5 s.
      assertThat(Duration.ofNanos(time.nanoTime() - start))
          .isBetween(Duration.ofMillis(999), Duration.ofMillis(4000));
    }
  }
}
