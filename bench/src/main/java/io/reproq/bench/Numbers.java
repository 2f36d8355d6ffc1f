package io.reproq.bench;

import io.reproq.EnqueueOptions;
import io.reproq.Reproq;
import io.reproq.TaskType;
import io.reproq.json.Json;
import io.reproq.store.NewTask;
import io.reproq.task.Limits;
import io.reproq.task.Payload;
import io.reproq.task.Spec;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/// Tasks that do nothing with a number, each with another one.
final class Numbers {
  static final String PATH = "bench.number";

  @SuppressWarnings("NullAway") // A class literal is never of a nullable type; Void has only null.
  static final TaskType<Long, @Nullable Void> TYPE = TaskType.of(PATH, Long.class, Void.class);

  private static final AtomicLong LAST = new AtomicLong(1_000_000_000);

  private Numbers() {}

  /// So many numbers that were never given before.
  static List<Long> next(int count) {
    var first = LAST.getAndAdd(count);
    return LongStream.range(first, first + count).boxed().toList();
  }

  /// Enqueues so many tasks at once.
  ///
  /// @return how many
  static int enqueue(Reproq reproq, int count, boolean unique) {
    return reproq.enqueueAll(TYPE, next(count), EnqueueOptions.DEFAULT.unique(unique)).size();
  }

  /// The same for a store alone.
  static List<NewTask> tasks(int count, boolean unique) {
    return next(count).stream().map(number -> NewTask.of(spec(number)).unique(unique)).toList();
  }

  /// So many tasks, each with the limits that its number has.
  static List<NewTask> tasks(int count, LongFunction<Limits> limits) {
    return next(count).stream()
        .map(number -> NewTask.of(described(number).limits(limits.apply(number)).build()))
        .toList();
  }

  /// The text of such a task's description.
  static String text(long number) {
    return spec(number).text();
  }

  private static Spec spec(long number) {
    return described(number).build();
  }

  private static Spec.Builder described(long number) {
    return Spec.of(PATH).payload(Payload.ofArgs(Json.parse("[" + number + "]")));
  }
}
