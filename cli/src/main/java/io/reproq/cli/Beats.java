package io.reproq.cli;

import io.reproq.store.TaskStore;
import io.reproq.worker.Beat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// A beat in each of several databases. One that cannot be reached delays no other.
final class Beats implements AutoCloseable {
  private final Duration interval;
  private final List<TaskStore> stores = new ArrayList<>();
  private final List<Beat> beats = new ArrayList<>();

  /// @param interval how often each looks at least
  Beats(Duration interval) {
    this.interval = interval;
  }

  /// Begins to enqueue what is due in `store`, which is closed with this.
  void start(TaskStore store) {
    stores.add(store);
    var beat = new Beat(store, interval);
    beats.add(beat);
    beat.start();
  }

  /// What its databases are, for people.
  List<String> databases() {
    return stores.stream().map(TaskStore::describe).toList();
  }

  @Override
  public void close() {
    beats.forEach(Beat::close);
    stores.forEach(TaskStore::close);
  }
}
