package io.reproq.cli.demo;

import io.reproq.store.TaskRun;
import io.reproq.task.TaskStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// What has come of the files so far. Not safe for use by many threads.
final class Tally {
  private final Map<Long, FileTask> files;
  private final Set<Long> before;
  private final List<FileReport> read = new ArrayList<>();
  private final List<Manifest.Failed> failed;
  private final List<Duration> waits = new ArrayList<>();
  private int earlier;
  private int retried;

  /// @param files what the tasks are for, by result_id
  /// @param before those of the tasks that were finished when this run began
  /// @param unlisted what failed without a task
  Tally(Map<Long, FileTask> files, Set<Long> before, List<Manifest.Failed> unlisted) {
    this.files = files;
    this.before = before;
    this.failed = new ArrayList<>(unlisted);
  }

  /// Takes in a task that is finished.
  void add(TaskRun run) {
    var file = files.get(run.resultId());
    if (file == null) {
      throw new IllegalArgumentException("task " + run.resultId() + " is for no file here");
    }
    var value = run.result().value();
    if (run.standing().status() == TaskStatus.SUCCESSFUL && value != null) {
      read.add(report(file, value.tree()));
      earlier += before.contains(run.resultId()) ? 1 : 0;
    } else {
      failed.add(new Manifest.Failed(file.path(), reason(run)));
    }
    if (!before.contains(run.resultId())) {
      time(run);
    }
  }

  /// Whether something failed.
  boolean hasFailures() {
    return !failed.isEmpty();
  }

  /// All that was added, as a manifest.
  Manifest manifest(String root) {
    return new Manifest(root, read, failed);
  }

  /// A few lines for people.
  List<String> summary(double rate) {
    var lines = new ArrayList<String>();
    var note = earlier == 0 ? "" : " (%d of them by an earlier run)".formatted(earlier);
    lines.add("done      %d files%s".formatted(read.size(), note));
    lines.add("failed    %d".formatted(failed.size()));
    lines.add("retried   %d".formatted(retried));
    if (!waits.isEmpty()) {
      lines.add("rate      %.0f tasks/s".formatted(rate));
      waits.sort(null);
      lines.add(
          "latency   median %s, p99 %s from enqueue to finish"
              .formatted(millis(percentile(50)), millis(percentile(99))));
    }
    return lines;
  }

  private void time(TaskRun run) {
    if (run.standing().attempts() > 1) {
      retried++;
    }
    var finished = run.times().finishedAt();
    if (finished != null) {
      waits.add(Duration.between(run.times().enqueuedAt(), finished));
    }
  }

  /// By nearest rank.
  private Duration percentile(int share) {
    var rank = (int) Math.ceil(share / 100.0 * waits.size());
    return waits.get(Math.max(1, rank) - 1);
  }

  private static String millis(Duration duration) {
    return "%.1f ms".formatted(duration.toNanos() / 1e6);
  }

  private static FileReport report(FileTask file, JsonNode value) {
    return new FileReport(
        file.path(),
        value.path("bytes").longValue(0),
        value.path("sha256").stringValue(""),
        value.path("media_type").stringValue(""));
  }

  private static String reason(TaskRun run) {
    if (run.standing().status() == TaskStatus.CANCELLED) {
      return "cancelled";
    }
    var error = run.result().lastError();
    return error == null ? "failed without a reason" : error;
  }
}
