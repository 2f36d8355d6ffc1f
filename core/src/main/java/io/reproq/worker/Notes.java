package io.reproq.worker;

import io.reproq.json.Json;
import io.reproq.store.Note;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// What one attempt tells of itself: facts for all to see, and its output. Safe for use by many
/// threads; none of them waits for the store, but the one that asks for [#metadata] first, or
/// changes it.
///
/// What is told is gathered, and written by a [NoteWriter] a few times a second: of facts the last
/// ones, of output all. What is left is written before the attempt's end is. When the store finds
/// that the task is another's by then, the attempt is stopped, and nothing else happens.
public final class Notes {
  private final Attempt attempt;
  private final Completer store;
  private final ReentrantLock lock = new ReentrantLock();
  private final StringBuilder output = new StringBuilder();
  private volatile @Nullable Json metadata;

  /// How many characters of output have left [#output].
  private long passedOn;

  private Note.@Nullable Metadata toldMetadata;
  private Note.@Nullable LogsUri toldLogsUri;

  /// What is being written, and stays the same until it was.
  private List<Note.Content> writing = List.of();

  private volatile boolean isDirty;

  Notes(Attempt attempt, Completer store) {
    this.attempt = attempt;
    this.store = store;
  }

  /// What was noted last, by this attempt or by one before: a JSON object. Read from the store when
  /// first asked for.
  public Json metadata() {
    var known = metadata;
    if (known != null) {
      return known;
    }
    var stored = store.metadata(attempt);
    lock.lock();
    try {
      known = metadata;
      if (known == null) {
        known = stored;
        metadata = stored;
      }
      return known;
    } finally {
      lock.unlock();
    }
  }

  /// Notes facts about the task, in the place of all those that were noted before.
  ///
  /// @param object a JSON object
  /// @throws IllegalArgumentException when it cannot be kept, as [Note.Metadata] says
  public void metadata(Json object) {
    var told = new Note.Metadata(object);
    tell(() -> {
      metadata = told.object();
      toldMetadata = told;
    });
  }

  /// Notes what `change` makes of the facts that were noted last. What other threads of the attempt
  /// note comes before that or after it.
  ///
  /// @throws IllegalArgumentException when that cannot be kept, as [Note.Metadata] says
  public void change(UnaryOperator<Json> change) {
    metadata();
    tell(() -> {
      var told = new Note.Metadata(change.apply(metadata()));
      metadata = told.object();
      toldMetadata = told;
    });
  }

  /// Says where the output is kept, when that is not the store.
  ///
  /// @param uri a path or an address, not empty
  public void logsUri(String uri) {
    var told = new Note.LogsUri(uri);
    tell(() -> toldLogsUri = told);
  }

  /// Keeps `text` behind the output so far. All of it is in memory until it is written, so callers
  /// set an end to it.
  public void output(String text) {
    if (!text.isEmpty()) {
      tell(() -> output.append(text));
    }
  }

  /// Nothing that is told after the end is written, so it is not gathered either.
  private void tell(Runnable what) {
    lock.lock();
    try {
      if (!attempt.isOver()) {
        what.run();
        isDirty = true;
      }
    } finally {
      lock.unlock();
    }
  }

  /// Whether something is to be written.
  boolean isDirty() {
    return isDirty;
  }

  /// What is to be written now: the same as last time, until that was [#written].
  List<Note.Content> take() {
    lock.lock();
    try {
      if (writing.isEmpty()) {
        writing = gathered();
      }
      return writing;
    } finally {
      lock.unlock();
    }
  }

  /// What was taken last is on record, or never will be.
  void written() {
    lock.lock();
    try {
      writing = List.of();
      isDirty = toldMetadata != null || toldLogsUri != null || !output.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  private List<Note.Content> gathered() {
    var all = new ArrayList<Note.Content>();
    if (toldMetadata != null) {
      all.add(toldMetadata);
      toldMetadata = null;
    }
    if (toldLogsUri != null) {
      all.add(toldLogsUri);
      toldLogsUri = null;
    }
    var end = endOfPiece();
    if (end > 0) {
      all.add(new Note.Output(passedOn, output.substring(0, end)));
      output.delete(0, end);
      passedOn += end;
    }
    return all;
  }

  /// Half a character waits for the other half, if that can still come.
  private int endOfPiece() {
    var end = output.length();
    var waits = end > 0 && Character.isHighSurrogate(output.charAt(end - 1)) && !attempt.isOver();
    return waits ? end - 1 : end;
  }
}
