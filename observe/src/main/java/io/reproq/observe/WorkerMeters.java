package io.reproq.observe;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.reproq.observe.Meters.Pair;
import java.time.Duration;

/// The counters and histograms of a worker, under the names that its dashboards know.
final class WorkerMeters {
  private static final String QUEUE = "queue";

  private final Labels queues = new Labels();
  private final Meters<Pair, Counter> processed;
  private final Meters<Pair, Counter> completed;
  private final Meters<String, Counter> claimed;
  private final Meters<String, Timer> claims;
  private final Meters<String, Timer> runs;
  private final Meters<String, Timer> waits;
  private final Meters<String, Timer> operations;

  WorkerMeters(MeterRegistry registry) {
    processed =
        Meters.counters(
            registry,
            "reproq_tasks_processed_total",
            "Attempts that this worker has ended",
            new Pair("status", QUEUE));
    completed =
        Meters.counters(
            registry,
            "reproq_tasks_completed_total",
            "Attempts that this worker has ended, infrastructure errors included",
            new Pair(QUEUE, "status"));
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
    var status = isSuccess ? "success" : "failure";
    processed.with(new Pair(status, label)).increment();
    completed.with(new Pair(label, status)).increment();
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
}
