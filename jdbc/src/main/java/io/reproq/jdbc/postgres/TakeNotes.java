package io.reproq.jdbc.postgres;

import io.reproq.jdbc.Queries;
import io.reproq.jdbc.Query;
import io.reproq.jdbc.postgres.Attempts.Fence;
import io.reproq.store.Note;
import io.reproq.store.Noted;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Writes what running attempts tell of themselves, all of it with one statement.
final class TakeNotes implements Transaction.Verb<List<Noted>> {
  static final Queries SQL = Queries.of(TakeNotes.class, "notes.sql");

  private static final Query TAKE_NOTES = SQL.get("take_notes");

  private final List<Note> notes;
  private final WorkerNumbers numbers;

  TakeNotes(List<Note> notes, WorkerNumbers numbers) {
    this.notes = List.copyOf(notes);
    this.numbers = numbers;
  }

  @Override
  public List<Noted> in(Transaction transaction) throws SQLException {
    var fences = fences(transaction);
    var tellers = new LinkedHashMap<Fence, Teller>();
    for (var i = 0; i < notes.size(); i++) {
      var number = tellers.size() + 1;
      tellers
          .computeIfAbsent(fences.get(i), fence -> new Teller(number, fence))
          .hear(notes.get(i).content());
    }
    var heard = new HashSet<>(take(transaction, List.copyOf(tellers.values())));
    return fences.stream()
        .map(fence -> heard.contains(fence) ? Noted.WRITTEN : Noted.STALE)
        .toList();
  }

  private List<Fence> fences(Transaction transaction) throws SQLException {
    var incarnations = notes.stream().map(note -> note.claimId().incarnation()).toList();
    var workers = numbers.of(transaction, incarnations);
    return notes.stream().map(note -> Fence.of(note.resultId(), note.claimId(), workers)).toList();
  }

  private static List<Fence> take(Transaction transaction, List<Teller> tellers)
      throws SQLException {
    var pieces = tellers.stream().flatMap(teller -> teller.pieces.stream()).toList();
    var query =
        new Columns<>(transaction.onNow(TAKE_NOTES), tellers)
            .longs("ids", teller -> teller.fence.resultId())
            .integers("workers", teller -> teller.fence.worker())
            .longs("numbers", teller -> teller.fence.claimNumber())
            .texts("metadata", teller -> teller.metadata)
            .texts("logs_uris", teller -> teller.logsUri)
            .query();
    return new Columns<>(query, pieces)
        .longs("tellers", piece -> piece.teller)
        .longs("starts", piece -> piece.output.start())
        .texts("pieces", piece -> piece.output.text())
        .query()
        .list(Fence::read);
  }

  /// What one attempt tells: of facts the last ones, of output all.
  private static final class Teller {
    private final int number;
    private final Fence fence;
    private final List<Piece> pieces = new ArrayList<>();
    private @Nullable String metadata;
    private @Nullable String logsUri;

    private Teller(int number, Fence fence) {
      this.number = number;
      this.fence = fence;
    }

    private void hear(Note.Content content) {
      switch (content) {
        case Note.Metadata(var object) -> metadata = object.text();
        case Note.LogsUri(var uri) -> logsUri = uri;
        case Note.Output output -> pieces.add(new Piece(number, output));
      }
    }
  }

  private record Piece(long teller, Note.Output output) {}
}
