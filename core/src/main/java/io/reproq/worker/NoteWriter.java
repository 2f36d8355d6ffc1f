package io.reproq.worker;

import static io.reproq.worker.AttemptKeys.about;

import io.reproq.store.Note;
import io.reproq.store.Noted;
import io.reproq.store.StoreException;
import io.reproq.store.TaskStore;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes the [Notes] of attempts, those of many at once. Safe for use by many threads, of which
/// one writes at a time: the pieces of an attempt's output follow each other.
///
/// An attempt whose note is stale has lost its task, and is stopped. A note that cannot be written
/// is dropped: an attempt never fails for it, and its end never waits for it.
final class NoteWriter {
  private static final Logger log = LoggerFactory.getLogger(NoteWriter.class);

  /// More attempts at once would make the transaction long and gain nothing.
  private static final int BATCH = 100;

  private final TaskStore store;
  private final Slots slots;
  private final ReentrantLock writing = new ReentrantLock();

  NoteWriter(TaskStore store, Slots slots) {
    this.store = store;
    this.slots = slots;
  }

  /// Writes what `attempts` have told since the last time. Costs nothing when that is nothing.
  ///
  /// @throws StoreException when the store could not be reached; it is kept for the next call
  void write(Collection<Attempt> attempts) {
    var telling = attempts.stream().filter(Attempt::hasNotes).toList();
    if (telling.isEmpty()) {
      return;
    }
    writing.lock();
    try {
      for (var from = 0; from < telling.size(); from += BATCH) {
        writeBatch(telling.subList(from, Math.min(from + BATCH, telling.size())));
      }
    } finally {
      writing.unlock();
    }
  }

  /// The same for attempts that are about to end, which do not wait when it cannot be done.
  void writeLast(Collection<Attempt> attempts) {
    try {
      write(attempts);
    } catch (StoreException e) {
      log.warn("the last notes of some attempts may be lost: {}", e.getMessage());
      log.debug("they could not be written so", e);
    }
  }

  private void writeBatch(List<Attempt> attempts) {
    try {
      send(attempts);
    } catch (RuntimeException e) {
      if (e instanceof StoreException failed && failed.isTransient()) {
        throw e;
      }
      if (attempts.size() > 1) {
        attempts.forEach(attempt -> writeBatch(List.of(attempt)));
        return;
      }
      var attempt = attempts.getFirst();
      about(attempt, log.atWarn())
          .setCause(e)
          .log("what it noted cannot be stored, and is dropped");
      attempt.notes().written();
    }
  }

  private void send(List<Attempt> attempts) {
    var notes = new ArrayList<Note>();
    var tellers = new ArrayList<Attempt>();
    for (var attempt : attempts) {
      for (var content : attempt.notes().take()) {
        notes.add(new Note(attempt.resultId(), attempt.claimId(), content));
        tellers.add(attempt);
      }
    }
    if (notes.isEmpty()) {
      return;
    }
    var answers = store.note(notes);
    attempts.forEach(attempt -> attempt.notes().written());
    for (var i = 0; i < notes.size(); i++) {
      if (answers.get(i) == Noted.STALE) {
        drop(tellers.get(i));
      }
    }
  }

  private void drop(Attempt attempt) {
    if (attempt.lose()) {
      slots.leave(attempt);
      about(attempt, log.atWarn()).log("no longer this worker's; its handler is stopped");
    }
  }
}
