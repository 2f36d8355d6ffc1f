package io.reproq.cli.demo;

import io.reproq.store.TaskQuery;
import io.reproq.store.TaskRun;
import io.reproq.store.TaskStore;
import io.reproq.task.TaskStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/// What earlier runs left to do for the files that are there now.
///
/// A file that was read, and has the size and time that it had then, is not read again. One that is
/// still to be read has its task already. One that could not be read gets another task, unless its
/// name is the reason. A task for a file as it is no longer is in vain.
///
/// So is a manifest that an earlier run has not come to write.
///
/// @param standing tasks of earlier runs that hold
/// @param finished those of them that need not run any more
/// @param missing files that need a task
/// @param vain unfinished tasks of this root that nobody needs
record Plan(Set<Long> standing, Set<Long> finished, List<FileTask> missing, List<Long> vain) {
  private static final int PAGE = 1000;

  Plan {
    standing = Set.copyOf(standing);
    finished = Set.copyOf(finished);
    missing = List.copyOf(missing);
    vain = List.copyOf(vain);
  }

  /// The plan for `files`, all of one `root`.
  static Plan of(String root, List<FileTask> files, TaskStore store) {
    var wanted = HashMap.<FileTask, Candidate>newHashMap(files.size());
    files.forEach(file -> wanted.put(file, Candidate.NONE));
    var vain = new ArrayList<Long>();
    each(
        store,
        FileTask.TYPE.path(),
        run -> {
          var file = FileTask.of(run);
          if (file.isEmpty() || !file.get().root().equals(root)) {
            return;
          }
          var status = run.standing().status();
          if (wanted.containsKey(file.get())) {
            var worth = Worth.of(status, file.get());
            wanted.merge(file.get(), new Candidate(run.resultId(), worth), Candidate::better);
          } else if (!status.isTerminal()) {
            vain.add(run.resultId());
          }
        });
    each(
        store,
        ManifestTask.TYPE.path(),
        run -> {
          if (!run.standing().status().isTerminal() && ManifestTask.isOf(root, run)) {
            vain.add(run.resultId());
          }
        });
    return decide(wanted, vain);
  }

  /// Hands over every task of the code at `path`.
  private static void each(TaskStore store, String path, Consumer<TaskRun> use) {
    var query = TaskQuery.first(PAGE).inQueue(FileTask.QUEUE).ofPath(path);
    for (var page = store.list(query); !page.isEmpty(); page = store.list(query)) {
      page.forEach(use);
      query = query.after(page.getLast().resultId());
    }
  }

  private static Plan decide(Map<FileTask, Candidate> wanted, List<Long> vain) {
    var standing = new HashSet<Long>();
    var finished = new HashSet<Long>();
    var missing = new ArrayList<FileTask>();
    wanted.forEach((file, candidate) -> {
      switch (candidate.worth()) {
        case NOTHING -> missing.add(file);
        case RUNS -> standing.add(candidate.resultId());
        case ENDED_FOR_GOOD, READ -> {
          standing.add(candidate.resultId());
          finished.add(candidate.resultId());
        }
      }
    });
    return new Plan(standing, finished, missing, vain);
  }

  /// What a task is worth to a file, least first.
  private enum Worth {
    NOTHING,
    ENDED_FOR_GOOD,
    RUNS,
    READ;

    static Worth of(TaskStatus status, FileTask file) {
      return switch (status) {
        case SUCCESSFUL -> READ;
        case READY, RUNNING, WAITING -> RUNS;
        case FAILED -> file.legible() ? NOTHING : ENDED_FOR_GOOD;
        case CANCELLED -> NOTHING;
      };
    }
  }

  /// A task that may do for a file.
  private record Candidate(long resultId, Worth worth) {
    static final Candidate NONE = new Candidate(0, Worth.NOTHING);

    Candidate better(Candidate other) {
      return other.worth.compareTo(worth) > 0 ? other : this;
    }
  }
}
