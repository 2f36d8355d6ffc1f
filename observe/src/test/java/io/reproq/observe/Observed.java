package io.reproq.observe;

import static org.awaitility.Awaitility.await;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.reproq.EnqueueOptions;
import io.reproq.PermanentFailure;
import io.reproq.Reproq;
import io.reproq.TaskFailedException;
import io.reproq.TaskType;
import io.reproq.clock.TimeSource;
import java.time.Duration;
import java.util.concurrent.TimeoutException;

/// A process with all metrics switched on, which runs a few tasks.
final class Observed implements AutoCloseable {
  static final Duration SOON = Duration.ofSeconds(20);
  static final TaskType<String, String> ECHO =
      TaskType.of("sample.echo", String.class, String.class);
  static final TaskType<String, String> FAIL =
      TaskType.of("sample.fail", String.class, String.class);

  final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  final Reproq reproq;
  private final JvmMetrics jvm = JvmMetrics.bind(registry);

  private Observed() {
    var builder = Reproq.builder().dsn("memory:").queues("default", "mail").concurrency(5);
    new WorkerMetrics(registry, TimeSource.system()).on(builder);
    new TaskMetrics(registry, TimeSource.system()).on(builder);
    new OperationMetrics(registry, TimeSource.system()).on(builder);
    reproq = builder.open();
    reproq.handle(ECHO, (context, text) -> text);
    reproq.handle(
        FAIL,
        (context, text) -> {
          throw new PermanentFailure("broken");
        });
  }

  static Observed open() {
    var observed = new Observed();
    observed.reproq.start();
    return observed;
  }

  /// Runs three tasks to success, one of them in the queue `mail`, and one to its failure.
  Observed withWork() throws InterruptedException, TimeoutException {
    reproq.enqueue(ECHO, "a").await(SOON);
    reproq.enqueue(ECHO, "b").await(SOON);
    reproq.enqueue(ECHO, "c", EnqueueOptions.DEFAULT.queue("mail")).await(SOON);
    try {
      reproq.enqueue(FAIL, "d").await(SOON);
      throw new AssertionError("the task should have failed");
    } catch (TaskFailedException e) {
      // Who waits for a task hears of its end before the metrics do.
      await().atMost(SOON).until(() -> ended() == 4);
      return this;
    }
  }

  private double ended() {
    return scrape()
        .samples()
        .filter(sample -> sample.name().equals("task_latency_seconds_count"))
        .mapToDouble(Exposition.Sample::value)
        .sum();
  }

  Exposition scrape() {
    return Exposition.parse(registry.scrape());
  }

  @Override
  public void close() {
    reproq.close();
    jvm.close();
    registry.close();
  }
}
