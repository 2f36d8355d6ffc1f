package io.reproq.cli.look;

import io.reproq.cli.database.NamedDatabase;
import io.reproq.store.StoreException;
import io.reproq.store.TaskStore;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A database that is looked at again and again, through one store, which is opened when it first
/// answers. Used by one thread.
final class Watched implements AutoCloseable {
  private final NamedDatabase database;
  private @Nullable TaskStore store;
  private @Nullable Frame before;
  private @Nullable Frame frame;
  private @Nullable String silence;

  Watched(NamedDatabase database) {
    this.database = database;
  }

  NamedDatabase database() {
    return database;
  }

  /// Takes the next frame, or notes down that there is none.
  void look(Instant at) {
    try {
      var opened = store == null ? database.open() : store;
      store = opened;
      var next = Frame.of(opened, at);
      before = frame;
      frame = next;
      silence = null;
    } catch (StoreException e) {
      silence = database.silence(e);
      if (database.isAlone()) {
        throw e;
      }
    }
  }

  /// The last frame; null when it did not answer.
  @Nullable Frame frame() {
    return silence == null ? frame : null;
  }

  /// What is to be said when it did not answer; null when it did.
  @Nullable String silence() {
    return silence;
  }

  /// What there is to see of it.
  ///
  /// @param width columns of the terminal
  List<String> lines(int width) {
    var text = new FrameText(width, database);
    if (silence != null) {
      return List.of(text.cut(silence));
    }
    return store == null || frame == null ? List.of() : text.lines(store.describe(), frame, before);
  }

  @Override
  public void close() {
    if (store != null) {
      store.close();
    }
  }
}
