package io.reproq.cli.demo;

import io.reproq.EnqueueOptions;
import io.reproq.TaskType;
import io.reproq.retry.RetryPolicy;
import io.reproq.store.TaskRun;
import java.time.Duration;
import java.util.Optional;

/// One file as the scan found it: what its task is given. The same file, unchanged, is equal.
///
/// @param root the folder that was scanned, as an absolute path without symbolic links
/// @param path below the root, with slashes; bytes that are not UTF-8 stand as `\xNN`
/// @param modified time of the last change, ISO-8601
/// @param legible whether all of the name is UTF-8; another one cannot be told in JSON
record FileTask(String root, String path, long bytes, String modified, boolean legible) {
  /// Queue of the demonstration alone.
  static final String QUEUE = "demo";

  static final TaskType<FileTask, FileReport> TYPE =
      TaskType.of("demo.read_file", FileTask.class, FileReport.class)
          .with(
              EnqueueOptions.DEFAULT
                  .queue(QUEUE)
                  .retry(RetryPolicy.DEFAULT.withBase(Duration.ofMillis(100))));

  /// The file that a task was for, empty when it was for none.
  static Optional<FileTask> of(TaskRun run) {
    var given = run.spec().tree().path("kwargs");
    if (!given.path("root").isString() || !given.path("path").isString()) {
      return Optional.empty();
    }
    return Optional.of(
        new FileTask(
            given.path("root").stringValue(),
            given.path("path").stringValue(),
            given.path("bytes").longValue(-1),
            given.path("modified").stringValue(""),
            given.path("legible").booleanValue(true)));
  }
}
