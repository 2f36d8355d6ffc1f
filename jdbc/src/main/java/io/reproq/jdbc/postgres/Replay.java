package io.reproq.jdbc.postgres;

import io.reproq.jdbc.PreparedQuery;
import io.reproq.jdbc.Query;
import io.reproq.store.Replayed;
import java.sql.SQLException;
import java.util.OptionalLong;

/// Enqueues a task like an earlier one.
final class Replay implements Transaction.Verb<Replayed> {
  private static final Query REPLAY = Retry.SQL.get("replay");
  private static final Query NEWEST_SLICE = Retry.SQL.get("newest_slice");

  private final long resultId;

  Replay(long resultId) {
    this.resultId = resultId;
  }

  @Override
  public Replayed in(Transaction transaction) throws SQLException {
    var answer = transaction.on(REPLAY).set("id", resultId).first(Replay::answer);
    if (answer == null) {
      return new Replayed.Unknown();
    }
    if (answer instanceof Replayed.Enqueued) {
      transaction.bringWork();
    }
    return answer;
  }

  private static Replayed answer(PreparedQuery.Row row) throws SQLException {
    var id = row.number("result_id");
    return row.flag("created") ? new Replayed.Enqueued(id) : new Replayed.TwinActive(id);
  }

  /// The newest task with that hash, looked for a slice at a time so that no statement takes long.
  static OptionalLong newest(Runner runner, String specHash) {
    var below = Long.MAX_VALUE;
    while (true) {
      var before = below;
      var slice =
          runner.run(
              "look for a task in",
              transaction ->
                  transaction
                      .on(NEWEST_SLICE)
                      .set("spec_hash", specHash)
                      .set("below", before)
                      .first(Slice::read));
      if (slice == null || slice.lowest == 0) {
        return OptionalLong.empty();
      }
      if (slice.found != 0) {
        return OptionalLong.of(slice.found);
      }
      below = slice.lowest;
    }
  }

  /// @param found 0 for none
  /// @param lowest 0 when there was nothing to look at
  private record Slice(long found, long lowest) {
    static Slice read(PreparedQuery.Row row) throws SQLException {
      return new Slice(row.number("found"), row.number("lowest"));
    }
  }
}
