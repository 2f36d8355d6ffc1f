package io.reproq.cli.demo;

import io.reproq.store.TaskRun;
import io.reproq.store.TaskStore;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Consumer;

/// Watches tasks until all are finished, whoever runs them. Not safe for use by many threads.
///
/// Old tasks finish first, more or less, so a look begins at the oldest and ends where nothing has
/// finished: it costs what has changed, not what there is.
final class Follower {
  private static final int PAGE = 500;

  private final TaskStore store;
  private final TreeSet<Long> open;

  Follower(TaskStore store, Collection<Long> resultIds) {
    this.store = store;
    this.open = new TreeSet<>(resultIds);
  }

  /// How many are not known to be finished.
  int left() {
    return open.size();
  }

  /// Looks once, and hands over each task that has finished since the last look.
  void look(Consumer<TaskRun> finished) {
    var from = Long.MIN_VALUE;
    while (true) {
      var page = page(from);
      if (page.isEmpty()) {
        return;
      }
      var before = open.size();
      for (var run : store.find(page)) {
        if (run.standing().status().isTerminal()) {
          open.remove(run.resultId());
          finished.accept(run);
        }
      }
      if (open.size() == before) {
        return;
      }
      from = page.getLast();
    }
  }

  private List<Long> page(long above) {
    var page = new ArrayList<Long>(PAGE);
    for (var id : open.tailSet(above, false)) {
      page.add(id);
      if (page.size() == PAGE) {
        break;
      }
    }
    return page;
  }
}
