package io.reproq.jdbc.sqlite;

import io.reproq.jdbc.Queries;
import io.reproq.jdbc.Query;
import io.reproq.store.Note;
import io.reproq.store.Noted;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/// Writes what running attempts tell of themselves.
final class TakeNotes implements Transaction.Verb<List<Noted>> {
  static final Queries SQL = Queries.of(TakeNotes.class, "notes.sql");

  private static final Query HELD = SQL.get("held");
  private static final Query PUT_METADATA = SQL.get("put_metadata");
  private static final Query PUT_LOGS_URI = SQL.get("put_logs_uri");
  private static final Query PUT_PIECE = SQL.get("put_piece");

  private final List<Note> notes;

  TakeNotes(List<Note> notes) {
    this.notes = List.copyOf(notes);
  }

  @Override
  public List<Noted> in(Transaction transaction) throws SQLException {
    var answers = new ArrayList<Noted>(notes.size());
    for (var note : notes) {
      answers.add(take(transaction, note));
    }
    return answers;
  }

  private static Noted take(Transaction transaction, Note note) throws SQLException {
    var held =
        transaction
            .on(HELD)
            .set("result_id", note.resultId())
            .set("incarnation", Values.bytes(note.claimId().incarnation()))
            .set("claim_number", note.claimId().number())
            .first(row -> new Held(row.number("version"), row.integer("attempts")));
    if (held == null) {
      return Noted.STALE;
    }
    switch (note.content()) {
      case Note.Metadata(var object) ->
          transaction
              .on(PUT_METADATA)
              .set("result_id", note.resultId())
              .set("metadata_json", object.text())
              .update();
      case Note.LogsUri(var uri) ->
          transaction
              .on(PUT_LOGS_URI)
              .set("result_id", note.resultId())
              .set("logs_uri", uri)
              .update();
      case Note.Output(var start, var text) ->
          transaction
              .on(PUT_PIECE)
              .set("result_id", note.resultId())
              .set("version", held.version)
              .set("start", start)
              .set("attempt", held.attempt)
              .set("at", transaction.micros())
              .set("piece", text)
              .update();
    }
    return Noted.WRITTEN;
  }

  private record Held(long version, int attempt) {}
}
