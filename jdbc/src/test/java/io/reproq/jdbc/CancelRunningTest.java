package io.reproq.jdbc;

import static io.reproq.testkit.TaskRunAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reproq.Reproq;
import io.reproq.TaskType;
import io.reproq.jdbc.postgres.OtherProcess;
import io.reproq.jdbc.postgres.TestServer;
import io.reproq.store.CancelAnswer;
import io.reproq.task.Failure;
import io.reproq.task.FailureKind;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A task that runs in one process and is cancelled by another. Two seconds are promised; the test
/// waits for more, because the machine may be busy, but for far less than the worker's heartbeat
/// takes: what told it late would not do.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class CancelRunningTest {
  private static final Duration START = Duration.ofSeconds(60);
  private static final Duration PATIENCE = Duration.ofSeconds(6);
  private static final TaskType<String, String> BLOCK =
      TaskType.of("sample.block", String.class, String.class);

  @TempDir Path folder;

  @Test
  void is_stopped_soon_on_sqlite() throws Exception {
    stops("sqlite:" + folder.resolve("tasks.db"));
  }

  @Test
  void is_stopped_soon_on_postgresql() throws Exception {
    stops(OtherProcess.dsn(TestServer.fresh().dsn()));
  }

  private static void stops(String dsn) throws IOException {
    try (var here = Reproq.open(dsn);
        var there = OtherProcess.start(Main.class, dsn)) {
      var id = here.enqueue(BLOCK, "for ever").resultId();
      await().atMost(START).until(() -> there.lines().contains("started"));

      assertThat(here.cancel(id)).isEqualTo(CancelAnswer.REQUESTED);

      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> {
            assertThat(here.find(id).orElseThrow())
                .isCancelled()
                .hasErrors(FailureKind.CANCELLED)
                .hasLastError(Failure.CANCELLED.summary())
                .hasCancelRequested(false);
            assertThat(there.lines()).contains("interrupted");
          });
      assertThat(there.isAlive()).isTrue();
    }
  }

  /// The worker in the other process, with a handler that only an interruption ends.
  static final class Main {
    private Main() {}

    public static void main(String[] arguments) throws IOException {
      try (var reproq =
          Reproq.builder()
              .dsn(arguments[0])
              .lease(Duration.ofMinutes(5), Duration.ofMinutes(1))
              .open()) {
        reproq.handle(BLOCK, (context, howLong) -> block());
        reproq.start();
        // Until the parent ends.
        while (System.in.read() >= 0) {
          System.out.println("works");
        }
      }
    }

    private static String block() throws InterruptedException {
      System.out.println("started");
      try {
        new CountDownLatch(1).await();
      } catch (InterruptedException e) {
        System.out.println("interrupted");
        throw e;
      }
      throw new AssertionError("nobody counts down");
    }
  }
}
