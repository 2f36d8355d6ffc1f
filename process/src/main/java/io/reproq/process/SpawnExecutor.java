package io.reproq.process;

import io.reproq.clock.TimeSource;
import io.reproq.process.ExecutorMetrics.Count;
import io.reproq.process.ExecutorMetrics.Size;
import io.reproq.task.Outcome;
import io.reproq.task.TraceContext;
import io.reproq.worker.Attempt;
import io.reproq.worker.TaskExecutor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Starts a process for each attempt, which reads one description and prints one envelope.
final class SpawnExecutor implements TaskExecutor {
  private final ExecutorConfig config;
  private final ExecutorMetrics metrics;
  private final TimeSource time = TimeSource.system();
  private @Nullable Site site;

  SpawnExecutor(ExecutorConfig config, ExecutorMetrics metrics) {
    this.config = config;
    this.metrics = metrics;
  }

  @Override
  public void start(Lease lease) {
    requireProgram(config.command().python());
    site = Site.open(lease, metrics);
  }

  /// @throws IllegalStateException when there is no program of that name
  static void requireProgram(String name) {
    if (Sessions.program(name).isEmpty()) {
      throw new IllegalStateException(
          "python_bin: no program '%s' %s: name one that there is"
              .formatted(name, name.indexOf('/') < 0 ? "on the PATH" : "that can be run"));
    }
  }

  @Override
  public Outcome run(Attempt attempt) throws InterruptedException {
    var where = Objects.requireNonNull(site, "started before");
    var description = Description.of(attempt);
    var limit = config.limits().maxPayloadBytes();
    if (description.size() > limit) {
      return Failures.tooLarge(description.size(), limit);
    }
    var key = UUID.randomUUID().toString();
    var notes = new ChildNotes(attempt);
    where.control().expect(key, notes);
    try (var payload =
        HandedPayload.of(
            config.payload(), description.utf8(), where.folder(), attempt.resultId())) {
      var began = time.nanoTime();
      var environment = environment(where, key);
      attempt.trace().ifPresent(trace -> tell(environment, trace));
      var child = Child.launch(where.warden(), command(attempt, payload), environment);
      metrics.measure(Size.START_MICROS, TimeUnit.NANOSECONDS.toMicros(time.nanoTime() - began));
      return new SpawnedRun(config.limits(), metrics, child, AttemptLog.of(config, attempt))
          .run(payload, notes);
    } catch (IOException e) {
      metrics.count(Count.NOT_STARTED);
      return Failures.infrastructure(
          "cannot start " + config.command().python() + ": " + e.getMessage());
    } finally {
      where.control().forget(key);
    }
  }

  private List<String> command(Attempt attempt, HandedPayload payload) {
    var command =
        new ArrayList<>(
            List.of(
                config.command().python(),
                "-m",
                config.command().module(),
                "--result-id",
                Long.toString(attempt.resultId()),
                "--attempt",
                Integer.toString(attempt.number())));
    command.addAll(payload.arguments());
    return command;
  }

  private Map<String, String> environment(Site where, String key) {
    return new HashMap<>(
        Map.of(
            "REPROQ_CONTROL", where.control().path().toString(),
            "REPROQ_CONTROL_KEY", key,
            "REPROQ_WORKER_ID", config.workerId()));
  }

  private static void tell(Map<String, String> environment, TraceContext trace) {
    environment.put(TraceContext.PARENT_VARIABLE, trace.traceparent());
    var state = trace.tracestate();
    if (state != null) {
      environment.put(TraceContext.STATE_VARIABLE, state);
    }
  }

  @Override
  public void close() {
    if (site != null) {
      site.close();
    }
  }
}
