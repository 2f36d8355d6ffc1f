package io.reproq.process;

import io.reproq.clock.TimeSource;
import io.reproq.process.ExecutorConfig.Kind;
import io.reproq.process.ExecutorMetrics.Count;
import io.reproq.process.ExecutorMetrics.Size;
import io.reproq.process.ForkServer.Hello;
import io.reproq.task.Outcome;
import io.reproq.task.TraceContext;
import io.reproq.worker.Attempt;
import io.reproq.worker.TaskExecutor;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs attempts in children of a fork server: each in one of its own, or in one that is used again
/// and again.
///
/// Children that wait for a task are as many as ever ran at once, and the one used last comes
/// first. A child is not used again when it has taken its number of tasks, holds too much memory,
/// was stopped, or ended its task in an odd way, nor when another server has taken over.
final class ForkExecutor implements TaskExecutor {
  private static final Logger log = LoggerFactory.getLogger(ForkExecutor.class);
  private static final Duration READY = Duration.ofSeconds(10);

  /// To look at a child's memory costs as much as a small task, so not every one is followed by it.
  private static final int TASKS_BETWEEN_LOOKS = 16;

  private static final Duration SMALL_TASK = Duration.ofMillis(5);

  private static final long KB_PER_MB = 1024;

  private final ExecutorConfig config;
  private final ExecutorMetrics metrics;
  private final TimeSource time = TimeSource.system();
  private final ConcurrentLinkedDeque<ForkedChild> idle = new ConcurrentLinkedDeque<>();
  private @Nullable Site site;
  private @Nullable ForkServers servers;
  private @Nullable SpawnExecutor instead;

  ForkExecutor(ExecutorConfig config, ExecutorMetrics metrics) {
    this.config = config;
    this.metrics = metrics;
  }

  @Override
  public void start(Lease lease) {
    SpawnExecutor.requireProgram(config.command().python());
    var opened = Site.open(lease, metrics);
    var starting = new ForkServers(opened, config, this::letGoOfOld);
    site = opened;
    servers = starting;
    switch (starting.start()) {
      case Hello.Ready ready -> {}
      case Hello.Broken(var message) -> {
        opened.close();
        throw new IllegalStateException("fork server: " + message);
      }
      case Hello.NoFork(var message) -> {
        log.warn("{}: each task gets a process of its own instead", message);
        opened.close();
        metrics.count(Count.FALLBACK);
        instead = new SpawnExecutor(config, metrics);
        instead.start(lease);
      }
    }
  }

  @Override
  public Outcome run(Attempt attempt) throws InterruptedException {
    if (instead != null) {
      return instead.run(attempt);
    }
    var description = Description.of(attempt);
    var limit = config.limits().maxPayloadBytes();
    if (description.size() > limit) {
      return Failures.tooLarge(description.size(), limit);
    }
    var run = new ForkedRun(config.limits(), metrics, task(attempt, description));
    try {
      var child = sent(run);
      var began = time.nanoTime();
      try {
        return run.outcome(child);
      } finally {
        putBack(child, run.isDoubtful() || isUsedUp(child, time.nanoTime() - began));
      }
    } catch (IOException e) {
      metrics.count(Count.NOT_STARTED);
      return Failures.infrastructure("cannot fork: " + e.getMessage());
    }
  }

  private ForkedRun.Task task(Attempt attempt, Description description) {
    var head =
        new StringBuilder("{\"result_id\":")
            .append(attempt.resultId())
            .append(",\"attempt\":")
            .append(attempt.number());
    if (config.kind() == Kind.FORK) {
      head.append(",\"only\":true");
    }
    attempt.trace().ifPresent(trace -> head.append(',').append(members(trace)));
    return new ForkedRun.Task(
        head.toString(),
        description,
        attempt.spec().timeout(),
        new ChildNotes(attempt),
        AttemptLog.of(config, attempt));
  }

  /// The context as members of a JSON object.
  private static String members(TraceContext trace) {
    var object = trace.headers().text();
    return object.substring(1, object.length() - 1);
  }

  /// Gives the task to a child that can take it. One that died while it waited is found out here.
  private ForkedChild sent(ForkedRun run) throws IOException, InterruptedException {
    for (var child = idle.pollFirst(); child != null; child = idle.pollFirst()) {
      try {
        if (!child.isGone()) {
          run.send(child);
          return child;
        }
      } catch (IOException e) {
        log.debug("a child that waited for a task is gone", e);
        child.release();
      }
    }
    var child = forked();
    run.send(child);
    return child;
  }

  private ForkedChild forked() throws IOException, InterruptedException {
    var began = time.nanoTime();
    var child = Objects.requireNonNull(servers, "started before").fork();
    try {
      child.awaitReady(READY);
    } catch (IOException | InterruptedException e) {
      child.release();
      throw e;
    }
    metrics.count(Count.FORKED);
    metrics.measure(Size.FORK_MICROS, TimeUnit.NANOSECONDS.toMicros(time.nanoTime() - began));
    return child;
  }

  private void putBack(ForkedChild child, boolean isDone) {
    if (isDone) {
      child.release();
      return;
    }
    idle.addFirst(child);
    if (child.server().isRetired()) {
      // It may have been replaced since.
      letGoOfOld();
    }
  }

  private boolean isUsedUp(ForkedChild child, long tookNanos) {
    var tasks = child.tasks();
    var looks = tasks % TASKS_BETWEEN_LOOKS == 1 || tookNanos > SMALL_TASK.toNanos();
    return config.kind() == Kind.FORK
        || child.isGone()
        || child.server().isRetired()
        || tasks >= config.reuse().poolMaxTasks()
        || (looks && child.memoryKb() > config.reuse().poolMaxMemoryMb() * KB_PER_MB);
  }

  private void letGoOfOld() {
    for (var child : idle) {
      if (child.server().isRetired() && idle.remove(child)) {
        child.release();
      }
    }
  }

  /// The server at work, for tests.
  @Nullable ForkServer server() {
    return servers == null ? null : servers.current();
  }

  @Override
  public void close() {
    if (servers != null) {
      servers.close();
    }
    if (site != null) {
      site.close();
    }
    if (instead != null) {
      instead.close();
    }
  }
}
