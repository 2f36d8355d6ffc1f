package io.reproq;

import io.reproq.workflow.Workflow;
import org.jspecify.annotations.Nullable;

/// A kind of task: which code runs it, what it is given and what it returns. Make one constant for
/// each.
///
/// A payload that JSON writes as an object (a record, a map) becomes the task's named arguments,
/// anything else its one positional argument, and `Void` none: so tasks of any origin fit, whatever
/// enqueued them.
///
/// @param path names the code, in every process and language; must not be blank
/// @param payload class of what a handler is given, `Void` for nothing
/// @param result class of what a handler returns, `Void` for nothing
/// @param options how its tasks are enqueued when nothing else is said
public record TaskType<P extends @Nullable Object, R extends @Nullable Object>(
    String path, Class<P> payload, Class<R> result, EnqueueOptions options) {
  public TaskType {
    if (path.isBlank()) {
      throw new IllegalArgumentException(
          "a task type needs a path, as in \"billing.send_invoice\"");
    }
  }

  /// A kind of task with the default options.
  public static <P extends @Nullable Object, R extends @Nullable Object> TaskType<P, R> of(
      String path, Class<P> payload, Class<R> result) {
    return new TaskType<>(path, payload, result, EnqueueOptions.DEFAULT);
  }

  /// A step of a workflow: a task of this kind with the kind's own options.
  public Workflow.Step step(P payload) {
    return Workflow.step(TaskMaking.task(this, payload, options));
  }

  /// A step of a workflow whose payload is what its predecessors return: the result of the one, or
  /// the list of the results of all, in the order in which they are described.
  public Workflow.Step stepWithResults() {
    return Workflow.step(TaskMaking.withResults(this, options));
  }

  /// The same kind, enqueued with `defaults` when nothing else is said.
  public TaskType<P, R> with(EnqueueOptions defaults) {
    return new TaskType<>(path, payload, result, defaults);
  }
}
