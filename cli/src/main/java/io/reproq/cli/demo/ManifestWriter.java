package io.reproq.cli.demo;

import io.reproq.Snooze;
import io.reproq.TaskContext;
import io.reproq.TaskHandler;
import io.reproq.cli.option.CommandFailure;
import io.reproq.store.TaskRun;
import io.reproq.store.TaskStore;
import io.reproq.task.TaskStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Writes the manifest once all files are read or have failed. Safe for use by many threads.
///
/// As the callback of a chord it starts when its members have been read. Other tasks it has to look
/// up, and to wait for.
final class ManifestWriter implements TaskHandler<ManifestTask, Integer> {
  private static final int PAGE = 1000;
  private static final Duration LOOK = Duration.ofMillis(100);

  private final TaskStore store;

  ManifestWriter(TaskStore store) {
    this.store = store;
  }

  /// @return how many files it lists as read
  @Override
  public Integer handle(TaskContext context, ManifestTask task) throws IOException {
    var read = new ArrayList<FileReport>();
    context.results().forEach(result -> read.add(FileReport.of(result.tree())));
    var failed = new ArrayList<>(task.unlisted());
    for (var run : ended(task.others())) {
      var value = run.result().value();
      if (run.standing().status() == TaskStatus.SUCCESSFUL && value != null) {
        read.add(FileReport.of(value.tree()));
      } else {
        FileTask.of(run)
            .ifPresent(file -> failed.add(new Manifest.Failed(file.path(), reason(run))));
      }
    }
    try {
      new Manifest(task.root(), read, failed).write(Path.of(task.target()));
    } catch (IOException e) {
      throw new IOException("cannot write: " + CommandFailure.reason(e), e);
    }
    return read.size();
  }

  /// The tasks with these ids, when they are all over.
  private List<TaskRun> ended(List<Long> resultIds) {
    var runs = new ArrayList<TaskRun>(resultIds.size());
    // The newest first: they end last, so that a look in vain is cheap.
    for (var to = resultIds.size(); to > 0; to -= PAGE) {
      for (var run : store.find(resultIds.subList(Math.max(0, to - PAGE), to))) {
        if (!run.standing().status().isTerminal()) {
          throw new Snooze(LOOK);
        }
        runs.add(run);
      }
    }
    return runs;
  }

  private static String reason(TaskRun run) {
    if (run.standing().status() == TaskStatus.CANCELLED) {
      return "cancelled";
    }
    var error = run.result().lastError();
    return error == null ? "failed without a reason" : error;
  }
}
