package io.reproq.process;

import io.reproq.task.Failure;
import io.reproq.task.FailureKind;
import io.reproq.task.Outcome;
import java.math.BigDecimal;
import java.time.Duration;

/// How attempts fail without their task's doing.
final class Failures {
  private static final int PATH_CHARACTERS = 300;

  private Failures() {}

  /// Something around the task broke.
  static Outcome infrastructure(String message) {
    return new Outcome.Failed(
        Failure.of(FailureKind.INFRA_ERROR, SafeText.of(message)), /* retryable= */ true);
  }

  /// It took longer than any may.
  static Outcome timedOut(Duration limit) {
    var seconds = BigDecimal.valueOf(limit.toMillis(), 3).stripTrailingZeros().toPlainString();
    return infrastructure("timed out after " + seconds + "s");
  }

  /// Its description has `size` bytes.
  static Outcome tooLarge(int size, int limit) {
    return infrastructure("payload size " + size + " exceeds limit " + limit);
  }

  /// Its path is not among those that may run.
  static Outcome refused(String taskPath) {
    return new Outcome.Failed(
        Failure.of(
            FailureKind.SECURITY_VIOLATION,
            "security violation: unauthorized task module path: "
                + SafeText.of(taskPath, PATH_CHARACTERS)),
        /* retryable= */ false);
  }
}
