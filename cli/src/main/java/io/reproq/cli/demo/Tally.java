package io.reproq.cli.demo;

import io.reproq.store.TaskRun;
import io.reproq.task.TaskStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// What has come of the files so far, in numbers. Not safe for use by many threads.
final class Tally {
  private final Set<Long> before;
  private final List<Duration> waits = new ArrayList<>();
  private int read;
  private int failed;
  private int earlier;
  private int retried;

  /// @param before those of the tasks that were finished when this run began
  /// @param unlisted how many failed without a task
  Tally(Set<Long> before, int unlisted) {
    this.before = before;
    this.failed = unlisted;
  }

  /// Takes in a task that is finished.
  void add(TaskRun run) {
    var isEarlier = before.contains(run.resultId());
    if (run.standing().status() == TaskStatus.SUCCESSFUL) {
      read++;
      earlier += isEarlier ? 1 : 0;
    } else {
      failed++;
    }
    if (!isEarlier) {
      time(run);
    }
  }

  /// Whether something failed.
  boolean hasFailures() {
    return failed > 0;
  }

  /// A few lines for people.
  List<String> summary(double rate) {
    var lines = new ArrayList<String>();
    var note = earlier == 0 ? "" : " (%d of them by an earlier run)".formatted(earlier);
    lines.add("done      %d files%s".formatted(read, note));
    lines.add("failed    %d".formatted(failed));
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
}
