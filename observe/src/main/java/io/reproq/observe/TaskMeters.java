package io.reproq.observe;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.reproq.observe.Meters.Pair;
import io.reproq.task.TaskStatus;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;

/// The meters of tasks by their paths, under the library's names.
final class TaskMeters {
  private static final String TASK = "task";

  private final Labels paths = new Labels();
  private final Meters<String, Counter> scheduled;
  private final Meters<String, AtomicInteger> running;
  private final Meters<String, Counter> completed;
  private final Meters<String, Counter> failed;
  private final Meters<String, Counter> cancelled;
  private final Meters<String, Counter> retried;
  private final Meters<Pair, Timer> latency;

  TaskMeters(MeterRegistry registry) {
    scheduled = counters(registry, "tasks_scheduled_total", "Tasks enqueued here");
    completed = counters(registry, "tasks_completed_total", "Tasks that succeeded here");
    failed = counters(registry, "tasks_failed_total", "Tasks that ended FAILED here");
    cancelled = counters(registry, "tasks_cancelled_total", "Tasks that ended CANCELLED here");
    retried = counters(registry, "retry_count_total", "Failed attempts that are made again");
    running = Meters.of(path -> running(registry, path));
    latency = Meters.of(values -> latency(registry, values));
  }

  private static Meters<String, Counter> counters(
      MeterRegistry registry, String name, String help) {
    return Meters.counters(registry, name, help, TASK);
  }

  private static AtomicInteger running(MeterRegistry registry, String path) {
    var count = new AtomicInteger();
    Gauge.builder("tasks_running", count, AtomicInteger::get)
        .description("Attempts that run here")
        .tag(TASK, path)
        .strongReference(true)
        .register(registry);
    return count;
  }

  private static Timer latency(MeterRegistry registry, Pair values) {
    return Timer.builder("task_latency_seconds")
        .description("From enqueueing to the end of a task, all its attempts included")
        .tags(TASK, values.first(), "status", values.second())
        .serviceLevelObjectives(Buckets.LIFE)
        .register(registry);
  }

  void scheduled(String path) {
    scheduled.with(paths.of(path)).increment();
  }

  void cancelled(String path, long count) {
    cancelled.with(paths.of(path)).increment(count);
  }

  void retried(String path) {
    retried.with(paths.of(path)).increment();
  }

  /// How many attempts at tasks of `path` run.
  AtomicInteger running(String path) {
    return running.with(paths.of(path));
  }

  /// A task ended as `status` says, so long after it was enqueued.
  void ended(String path, TaskStatus status, Duration after) {
    var label = paths.of(path);
    switch (status) {
      case SUCCESSFUL -> completed.with(label).increment();
      case FAILED -> failed.with(label).increment();
      case CANCELLED -> cancelled.with(label).increment();
      case READY, RUNNING, WAITING ->
          throw new IllegalArgumentException("no end of a task: " + status);
    }
    latency.with(new Pair(label, status.name().toLowerCase(Locale.ROOT))).record(after);
  }
}
