package io.reproq.jdbc.postgres;

import io.reproq.jdbc.PreparedQuery;
import io.reproq.jdbc.Query;
import io.reproq.json.Json;
import io.reproq.store.LogPiece;
import io.reproq.store.LogQuery;
import java.sql.SQLException;
import java.util.List;

/// Reads what attempts have told of themselves.
final class NoteRows {
  private static final Query METADATA = TakeNotes.SQL.get("metadata");
  private static final Query PIECES = TakeNotes.SQL.get("pieces");

  private NoteRows() {}

  static Json metadata(Transaction transaction, long resultId) throws SQLException {
    var text =
        transaction.on(METADATA).set("result_id", resultId).first(row -> row.text("metadata_json"));
    return text == null || text.isEmpty() ? Json.EMPTY_OBJECT : new Json(text);
  }

  static List<LogPiece> pieces(Transaction transaction, LogQuery query) throws SQLException {
    return transaction
        .on(PIECES)
        .set("result_id", query.resultId())
        .set("attempt", query.attempt())
        .set("after_version", query.after().version())
        .set("after_start", query.after().start())
        .set("limit", query.limit())
        .list(NoteRows::piece);
  }

  private static LogPiece piece(PreparedQuery.Row row) throws SQLException {
    return new LogPiece(
        row.integer("attempt"),
        new LogPiece.Mark(row.number("version"), row.number("start")),
        Times.time(row, "at"),
        row.text("piece"));
  }
}
