package io.reproq.cli;

import static io.reproq.cli.option.CommandFailure.atLeast;

import io.reproq.cli.option.CommandFailure;
import io.reproq.task.Limits;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options that say which tasks a task does not run beside.
final class KeyOptions {
  @Option(
      names = "--lock-key",
      paramLabel = "KEY",
      description = "Tasks with the same key run one at a time, on any number of workers.")
  private @Nullable String lockKey;

  @Option(
      names = "--concurrency-key",
      paramLabel = "KEY",
      description = "Only --concurrency-limit tasks with the same key run at a time.")
  private @Nullable String concurrencyKey;

  @Option(names = "--concurrency-limit", paramLabel = "N", description = "Default: 0, no limit.")
  private int concurrencyLimit;

  /// What was given.
  ///
  /// @throws CommandFailure when it is half of a limit
  Limits limits() {
    atLeast(0, "--concurrency-limit", concurrencyLimit);
    if ((concurrencyKey == null) != (concurrencyLimit == 0)) {
      throw new CommandFailure(
          "--concurrency-key and --concurrency-limit go together: give both, or neither");
    }
    return new Limits(lockKey, concurrencyKey, concurrencyLimit);
  }
}
