package io.reproq;

import org.jspecify.annotations.Nullable;

/// The code of one kind of task. Called by many threads at once, each an attempt of its own.
@FunctionalInterface
public interface TaskHandler<P extends @Nullable Object, R extends @Nullable Object> {
  /// Does the work of one attempt. May run more than once for one task, so it should bear
  /// repetition.
  ///
  /// The thread is interrupted when the attempt must stop: it timed out, it was cancelled, or the
  /// worker is going away.
  ///
  /// @return what is kept as the task's result
  /// @throws PermanentFailure when another attempt would fail alike
  /// @throws Snooze to run again later, without counting this attempt
  /// @throws Exception anything else; the attempt failed and is tried again under the task's policy
  R handle(TaskContext context, P payload) throws Exception;
}
