package io.reproq.cli.demo;

import io.reproq.json.Json;
import io.reproq.store.TaskRun;
import io.reproq.task.TaskStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What has come of the files so far. Not safe for use by many threads.
final class Tally {
  private final Map<Long, FileTask> files;
  private final Set<Long> before;
  private final List<FileReport> read = new ArrayList<>();
  private final List<Manifest.Failed> failed;
  private final List<Duration> waits = new ArrayList<>();
  private int retried;

  /// @param files what the tasks are for, by result_id
  /// @param before the tasks that were finished when this run began
  /// @param unlisted what failed without a task
  Tally(Map<Long, FileTask> files, Set<Long> before, List<Manifest.Failed> unlisted) {
    this.files = Map.copyOf(files);
    this.before = Set.copyOf(before);
    this.failed = new ArrayList<>(unlisted);
  }
}
