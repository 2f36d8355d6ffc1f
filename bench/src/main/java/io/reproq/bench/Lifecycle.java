package io.reproq.bench;

import io.reproq.EnqueueOptions;
import io.reproq.Reproq;
import io.reproq.ReproqBuilder;
import io.reproq.TaskType;
import io.reproq.store.QueueStatus;
import io.reproq.task.TaskStatus;
import java.util.Collections;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The whole life of no-op tasks, through the API that users have: enqueued in batches by one
/// thread, claimed, each run on a virtual thread of its own, settled, and kept.
final class Lifecycle {
  @SuppressWarnings("NullAway") // A class literal is never of a nullable type; Void has only null.
  private static final TaskType<@Nullable Void, @Nullable Void> NOOP =
      TaskType.of("bench.noop", Void.class, Void.class);

  private static final QueueStatus DONE = new QueueStatus("default", TaskStatus.SUCCESSFUL);

  private Lifecycle() {}

  /// Takes `options.tasks()` tasks from enqueue to SUCCESSFUL, in a database made for them.
  static Map<String, Double> run(String dsn, Options options) {
    return run(Reproq.builder().dsn(dsn), options);
  }

  /// The same, in what `builder` opens.
  static Map<String, Double> run(ReproqBuilder builder, Options options) {
    try (var reproq = builder.concurrency(options.concurrency()).open()) {
      reproq.handle(NOOP, (context, nothing) -> null);
      reproq.start();
      var watch = new Stopwatch();
      for (var left = options.tasks(); left > 0; left -= options.batch()) {
        var count = Math.min(left, options.batch());
        reproq.enqueueAll(NOOP, Collections.nCopies(count, null), EnqueueOptions.DEFAULT);
      }
      watch.await(() -> reproq.store().counts().getOrDefault(DONE, 0L) == options.tasks());
      return watch.rates(options.tasks());
    }
  }
}
