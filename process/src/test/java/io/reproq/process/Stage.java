package io.reproq.process;

import static org.awaitility.Awaitility.await;

import io.reproq.Reproq;
import io.reproq.json.Json;
import io.reproq.retry.RetryPolicy;
import io.reproq.store.NewTask;
import io.reproq.store.TaskRun;
import io.reproq.task.FailureKind;
import io.reproq.task.Payload;
import io.reproq.task.Spec;
import io.reproq.worker.AttemptFilter;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/// A worker with an executor, on a store in memory. A task gets one attempt unless it says
/// otherwise.
final class Stage implements AutoCloseable {
  private static final RetryPolicy ONE_TRY = RetryPolicy.DEFAULT.withMaxAttempts(1);
  private static final Duration LEASE = Duration.ofSeconds(15);
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private static final AttemptFilter NO_FILTER = (attempt, next) -> next.run(attempt);

  final ChildExecutor executor;
  final Reproq reproq;

  private Stage(ExecutorConfig config, int concurrency, Duration lease, AttemptFilter filter) {
    executor = new ChildExecutor(config);
    reproq =
        Reproq.builder()
            .dsn("memory:")
            .workerId(config.workerId())
            .concurrency(concurrency)
            .lease(lease, lease.dividedBy(3))
            .executor(executor)
            .filter(filter)
            .open();
  }

  /// A worker that has started.
  static Stage open(ExecutorConfig config) {
    return open(config, 8);
  }

  static Stage open(ExecutorConfig config, int concurrency) {
    return started(new Stage(admittingAll(config), concurrency, LEASE, NO_FILTER));
  }

  static Stage open(ExecutorConfig config, Duration lease) {
    return started(new Stage(admittingAll(config), 8, lease, NO_FILTER));
  }

  static Stage open(ExecutorConfig config, AttemptFilter filter) {
    return started(new Stage(admittingAll(config), 8, LEASE, filter));
  }

  /// One that admits what its settings say, and not every path.
  static Stage openAsIs(ExecutorConfig config) {
    return started(new Stage(config, 8, LEASE, NO_FILTER));
  }

  private static ExecutorConfig admittingAll(ExecutorConfig config) {
    return config.withAllowed(AllowList.of(List.of("*")));
  }

  private static Stage started(Stage stage) {
    try {
      stage.reproq.start();
      return stage;
    } catch (RuntimeException e) {
      stage.close();
      throw e;
    }
  }

  static Spec.Builder task(String path, String args) {
    return Spec.of(path).payload(Payload.ofArgs(new Json(args))).retry(ONE_TRY);
  }

  long enqueue(Spec.Builder spec) {
    return reproq.enqueueAll(List.of(NewTask.of(spec.build()))).getFirst().resultId();
  }

  TaskRun run(Spec.Builder spec) {
    return over(enqueue(spec));
  }

  TaskRun over(long id) {
    await()
        .atMost(LIMIT)
        .pollInterval(Duration.ofMillis(5))
        .until(() -> get(id).standing().status().isTerminal());
    return get(id);
  }

  TaskRun get(long id) {
    return reproq.find(id).orElseThrow();
  }

  /// What it returned.
  static Json value(TaskRun run) {
    return Objects.requireNonNull(run.result().value(), () -> "no value: " + run.result());
  }

  /// What went wrong last.
  static String message(TaskRun run) {
    return run.result().errors().getLast().failure().message();
  }

  static FailureKind kind(TaskRun run) {
    return run.result().errors().getLast().failure().kind();
  }

  @Override
  public void close() {
    reproq.close();
  }
}
