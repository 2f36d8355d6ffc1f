package io.reproq.worker;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/// Runs tasks whose code is not in this process: see [Handlers#others].
///
/// It is started before the worker's first attempt and closed after the last. An attempt's thread
/// is interrupted when the attempt must stop; what was started for it is gone before its handler
/// returns.
public interface TaskExecutor extends AttemptHandler, AutoCloseable {
  /// Makes it ready to run attempts.
  ///
  /// @throws IllegalStateException when it cannot run any, saying why
  void start(Lease lease);

  /// Ends what is left of it. Closing again does nothing.
  @Override
  void close();

  /// The right of the worker to have anything run for it.
  ///
  /// @param lasts how long others wait for a sign of life
  /// @param isSure whether the worker has proved it in time
  record Lease(Duration lasts, BooleanSupplier isSure) {}
}
