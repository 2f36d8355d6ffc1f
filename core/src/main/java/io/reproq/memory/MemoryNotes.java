package io.reproq.memory;

import io.reproq.json.Json;
import io.reproq.store.LogPiece;
import io.reproq.store.LogQuery;
import io.reproq.store.Note;
import io.reproq.store.Noted;
import io.reproq.task.Place;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Keeps what running attempts tell of themselves. Used under the store's lock only.
final class MemoryNotes {
  private MemoryNotes() {}

  static Noted keep(Places places, Note note, Instant now) {
    var row = places.rows.get(note.resultId());
    if (row == null || !(row.place instanceof Place.Running) || !note.claimId().equals(row.claim)) {
      return Noted.STALE;
    }
    var told = row.told;
    if (told == null) {
      told = new Told();
      row.told = told;
    }
    switch (note.content()) {
      case Note.Metadata(var object) -> told.metadata = object;
      case Note.LogsUri(var uri) -> told.logsUri = uri;
      case Note.Output(var start, var text) -> {
        var mark = new LogPiece.Mark(row.version, start);
        told.pieces.putIfAbsent(mark, new LogPiece(row.attempt(), mark, now, text));
      }
    }
    return Noted.WRITTEN;
  }

  static Json metadata(@Nullable Row row) {
    return row == null || row.told == null ? Json.EMPTY_OBJECT : row.told.metadata;
  }

  static List<LogPiece> pieces(@Nullable Row row, LogQuery query) {
    return row == null || row.told == null
        ? List.of()
        : row.told.pieces.tailMap(query.after(), /* inclusive= */ false).values().stream()
            .filter(piece -> query.attempt() == null || query.attempt() == piece.attempt())
            .limit(query.limit())
            .toList();
  }
}
