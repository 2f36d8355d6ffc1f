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

/// The meters of tasks by their paths, under the library's names. All counters of a path are there
/// from the first task on: a counter that began with its first event would hide that one from
/// rates.
final class TaskMeters {
  private static final String TASK = "task";

  private final Labels paths = new Labels();
  private final Meters<String, OfTask> tasks;
  private final Meters<Pair, Timer> latency;

  TaskMeters(MeterRegistry registry) {
    tasks = Meters.of(path -> OfTask.of(registry, path));
    latency = Meters.of(values -> latency(registry, values));
  }

  private static Timer latency(MeterRegistry registry, Pair values) {
    return Timer.builder("task_latency_seconds")
        .description("From enqueueing to the end of a task, all its attempts included")
        .tags(TASK, values.first(), "status", values.second())
        .serviceLevelObjectives(Buckets.LIFE)
        .register(registry);
  }

  void scheduled(String path) {
    of(path).scheduled.increment();
  }

  void cancelled(String path, int count) {
    of(path).cancelled.increment(count);
  }

  void retried(String path) {
    of(path).retried.increment();
  }

  /// How many attempts at tasks of `path` run.
  AtomicInteger running(String path) {
    return of(path).running;
  }

  /// A task ended as `status` says, so long after it was enqueued.
  void ended(String path, TaskStatus status, Duration after) {
    var meters = of(path);
    switch (status) {
      case SUCCESSFUL -> meters.completed.increment();
      case FAILED -> meters.failed.increment();
      case CANCELLED -> meters.cancelled.increment();
      case READY, RUNNING, WAITING ->
          throw new IllegalArgumentException("no end of a task: " + status);
    }
    latency.with(new Pair(paths.of(path), status.name().toLowerCase(Locale.ROOT))).record(after);
  }

  private OfTask of(String path) {
    return tasks.with(paths.of(path));
  }

  private record OfTask(
      Counter scheduled,
      Counter completed,
      Counter failed,
      Counter cancelled,
      Counter retried,
      AtomicInteger running) {
    static OfTask of(MeterRegistry registry, String path) {
      var running = new AtomicInteger();
      Gauge.builder("tasks_running", running, AtomicInteger::get)
          .description("Attempts that run here")
          .tag(TASK, path)
          .strongReference(true)
          .register(registry);
      return new OfTask(
          counter(registry, path, "tasks_scheduled_total", "Tasks enqueued here"),
          counter(registry, path, "tasks_completed_total", "Tasks that succeeded here"),
          counter(registry, path, "tasks_failed_total", "Tasks that ended FAILED here"),
          counter(registry, path, "tasks_cancelled_total", "Tasks that ended CANCELLED here"),
          counter(registry, path, "retry_count_total", "Failed attempts that are made again"),
          running);
    }

    private static Counter counter(MeterRegistry registry, String path, String name, String help) {
      return Counter.builder(name).description(help).tag(TASK, path).register(registry);
    }
  }
}
