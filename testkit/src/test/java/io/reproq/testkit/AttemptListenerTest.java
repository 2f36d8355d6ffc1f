package io.reproq.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.Reproq;
import io.reproq.TaskType;
import io.reproq.store.Settled;
import io.reproq.store.Settlement;
import io.reproq.worker.Attempt;
import io.reproq.worker.AttemptListener;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AttemptListenerTest {
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final TaskType<String, String> ECHO =
      TaskType.of("sample.echo", String.class, String.class);

  @Test
  void hearsTheBeginningAndTheEndWithItsOutcome() throws Exception {
    var heard = new Heard();
    try (var reproq = Reproq.builder().dsn("memory:").listener(heard).open()) {
      reproq.handle(ECHO, (context, text) -> text);
      reproq.start();
      var task = reproq.enqueue(ECHO, "hello");
      task.await(SOON);

      assertThat(heard.next()).isEqualTo("started " + task.resultId());
      assertThat(heard.next()).isEqualTo("settled " + task.resultId() + " SUCCESSFUL");
    }
  }

  @Test
  void whatItThrowsHarmsNeitherTheTaskNorOtherListeners() throws Exception {
    var heard = new Heard();
    var faulty =
        new AttemptListener() {
          @Override
          public void started(Attempt attempt) {
            throw new IllegalStateException("a fault of the listener's");
          }

          @Override
          public void settled(Attempt attempt, Settlement settlement, Settled answer) {
            throw new AssertionError("another one");
          }
        };
    try (var reproq = Reproq.builder().dsn("memory:").listener(faulty).listener(heard).open()) {
      reproq.handle(ECHO, (context, text) -> text);
      reproq.start();

      assertThat(reproq.enqueue(ECHO, "hello").await(SOON)).isEqualTo("hello");
      assertThat(heard.next()).startsWith("started");
      assertThat(heard.next()).startsWith("settled");
    }
  }

  /// What was told, in order.
  private static final class Heard implements AttemptListener {
    private final LinkedBlockingQueue<String> lines = new LinkedBlockingQueue<>();

    @Override
    public void started(Attempt attempt) {
      lines.add("started " + attempt.resultId());
    }

    @Override
    public void settled(Attempt attempt, Settlement settlement, Settled answer) {
      lines.add("settled " + attempt.resultId() + " " + settlement.next().status());
    }

    String next() throws InterruptedException {
      return String.valueOf(lines.poll(SOON.toSeconds(), TimeUnit.SECONDS));
    }
  }
}
