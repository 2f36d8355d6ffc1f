package io.reproq.observe;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;

/// The counters and histograms of a worker, under the names that its dashboards know.
final class WorkerMeters {
  private static final String QUEUE = "queue";

  private final Labels queues = new Labels();
  private final Meters<String, Ends> processed;
  private final Meters<String, Ends> completed;
  private final Meters<String, Counter> claimed;
  private final Meters<String, Timer> claims;
  private final Meters<String, Timer> runs;
  private final Meters<String, Timer> waits;
  private final Meters<String, Timer> operations;

  WorkerMeters(MeterRegistry registry) {
    processed =
        Meters.of(queue ->
            Ends.of(
                registry,
                "reproq_tasks_processed_total",
                "Attempts that this worker has ended",
                queue));
    completed =
        Meters.of(queue ->
            Ends.of(
                registry,
                "reproq_tasks_completed_total",
                "Attempts that this worker has ended, infrastructure errors included",
                queue));
    claimed =
        Meters.counters(
            registry, "reproq_tasks_claimed_total", "Tasks that this worker has taken", QUEUE);
    claims =
        Meters.histograms(
            registry,
            "reproq_claim_duration_seconds",
            "How long claims took, once for every queue that each asked",
            QUEUE,
            Buckets.SHORT);
    runs =
        Meters.histograms(
            registry,
            "reproq_exec_duration_seconds",
            "How long attempts ran",
            QUEUE,
            Buckets.SHORT);
    waits =
        Meters.histograms(
            registry,
            "reproq_queue_wait_duration_seconds",
            "How long before its claim a task was enqueued",
            QUEUE,
            Buckets.WAIT);
    operations =
        Meters.histograms(
            registry,
            "reproq_db_operation_duration_seconds",
            "How long the worker's calls to the database took",
            "operation",
            Buckets.SHORT);
  }

  void ended(String queue, boolean isSuccess) {
    var label = queues.of(queue);
    processed.with(label).counter(isSuccess).increment();
    completed.with(label).counter(isSuccess).increment();
  }

  /// A task of `queue` was taken, that long after it was enqueued.
  void claimed(String queue, Duration waited) {
    var label = queues.of(queue);
    claimed.with(label).increment();
    waits.with(label).record(waited.isNegative() ? Duration.ZERO : waited);
  }

  /// A claim asked `queue`, whatever came.
  void asked(String queue, Duration took) {
    claims.with(queues.of(queue)).record(took);
  }

  void ran(String queue, Duration took) {
    runs.with(queues.of(queue)).record(took);
  }

  void called(String operation, Duration took) {
    operations.with(operation).record(took);
  }

  /// Both are there from the first end on: a counter that began with its first failure would hide
  /// that one from rates.
  private record Ends(Counter successes, Counter failures) {
    static Ends of(MeterRegistry registry, String name, String help, String queue) {
      return new Ends(
          counter(Counter.builder(name).description(help), queue, "success").register(registry),
          counter(Counter.builder(name).description(help), queue, "failure").register(registry));
    }

    private static Counter.Builder counter(Counter.Builder meter, String queue, String status) {
      return meter.tags(QUEUE, queue, "status", status);
    }

    Counter counter(boolean isSuccess) {
      return isSuccess ? successes : failures;
    }
  }
}
