package io.reproq.cli.demo;

import io.reproq.store.TaskQuery;
import io.reproq.store.TaskRun;
import io.reproq.store.TaskStore;
import io.reproq.task.TaskStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What earlier runs left to do for the files that are there now.
///
/// A file that was read, and has the size and time that it had then, is not read again. One that is
/// still to be read has its task already. One that could not be read gets another task, unless its
/// name is the reason. A task for a file as it is no longer is in vain.
///
/// @param standing tasks of earlier runs that hold, by id
/// @param missing files that need a task
/// @param vain unfinished tasks of this root that nobody needs
record Plan(Map<Long, FileTask> standing, List<FileTask> missing, List<Long> vain) {
  private static final int PAGE = 1000;

  Plan {
    standing = Map.copyOf(standing);
    missing = List.copyOf(missing);
    vain = List.copyOf(vain);
  }

  /// The plan for `files`, all of one `root`.
  static Plan of(String root, List<FileTask> files, TaskStore store) {
    var wanted = HashMap.<FileTask, Candidate>newHashMap(files.size());
    files.forEach(file -> wanted.put(file, Candidate.NONE));
    var vain = new ArrayList<Long>();
    var query = TaskQuery.first(PAGE).inQueue(FileTask.QUEUE).ofPath(FileTask.TYPE.path());
    for (var page = store.list(query); !page.isEmpty(); page = store.list(query)) {
      for (var run : page) {
        var file = FileTask.of(run);
        if (file.isEmpty() || !file.get().root().equals(root)) {
          continue;
        }
        if (wanted.containsKey(file.get())) {
          wanted.merge(file.get(), Candidate.of(run, file.get()), Candidate::better);
        } else if (!run.standing().status().isTerminal()) {
          vain.add(run.resultId());
        }
      }
      query = query.after(page.getLast().resultId());
    }
    return sorted(wanted, vain);
  }

  private static Plan sorted(Map<FileTask, Candidate> wanted, List<Long> vain) {
    var standing = new HashMap<Long, FileTask>();
    var missing = new ArrayList<FileTask>();
    wanted.forEach(
        (file, candidate) -> {
          if (candidate.worth() > 0) {
            standing.put(candidate.resultId(), file);
          } else {
            missing.add(file);
          }
        });
    return new Plan(standing, missing, vain);
  }

  /// A task that may do for a file.
  ///
  /// @param worth 0 when it does not do, more when it does better
  private record Candidate(long resultId, int worth) {
    static final Candidate NONE = new Candidate(0, 0);

    static Candidate of(TaskRun run, FileTask file) {
      var status = run.standing().status();
      var worth =
          status == TaskStatus.SUCCESSFUL
              ? 3
              : !status.isTerminal() ? 2 : status == TaskStatus.FAILED && !file.legible() ? 1 : 0;
      return new Candidate(run.resultId(), worth);
    }

    Candidate better(Candidate other) {
      return other.worth > worth ? other : this;
    }
  }
}
