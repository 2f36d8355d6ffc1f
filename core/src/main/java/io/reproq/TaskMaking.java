package io.reproq;

import io.reproq.store.NewTask;
import io.reproq.task.Spec;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Describes tasks of a [TaskType] in full.
final class TaskMaking {
  private TaskMaking() {}

  /// A task that is given `payload`.
  static NewTask task(TaskType<?, ?> type, @Nullable Object payload, EnqueueOptions options) {
    return task(spec(type, options).payload(PayloadJson.encode(payload, type.payload())), options);
  }

  /// A task for each of `payloads`, in their order.
  static <P extends @Nullable Object> List<NewTask> tasks(
      TaskType<P, ?> type, List<P> payloads, EnqueueOptions options) {
    var tasks = new ArrayList<NewTask>(payloads.size());
    for (var payload : payloads) {
      tasks.add(task(type, payload, options));
    }
    return tasks;
  }

  /// A task that is given what its predecessors returned.
  static NewTask withResults(TaskType<?, ?> type, EnqueueOptions options) {
    return task(spec(type, options).withResults(true), options);
  }

  private static Spec.Builder spec(TaskType<?, ?> type, EnqueueOptions options) {
    return Spec.of(type.path())
        .queue(options.queue())
        .priority(options.priority())
        .timeout(options.timeout())
        .retry(options.retry())
        .limits(options.limits());
  }

  private static NewTask task(Spec.Builder spec, EnqueueOptions options) {
    var life = options.expiresIn();
    return NewTask.of(spec.build())
        .after(options.delay())
        .expiring(life == null ? null : new NewTask.Moment.After(life))
        .unique(options.unique());
  }
}
