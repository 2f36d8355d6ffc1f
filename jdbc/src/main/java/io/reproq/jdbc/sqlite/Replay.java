package io.reproq.jdbc.sqlite;

import io.reproq.jdbc.Query;
import io.reproq.store.Replayed;
import io.reproq.task.TaskStatus;
import java.sql.SQLException;

/// Enqueues a task like an earlier one.
final class Replay implements Transaction.Verb<Replayed> {
  private static final Query REPLAYABLE = FailedTask.SQL.get("replayable");
  private static final Query REPLAY = FailedTask.SQL.get("replay");
  private static final Query RESERVE_IDS = SqliteStore.SQL.get("reserve_ids");
  private static final Query MARK_ACTIVE = SqliteStore.SQL.get("mark_active");
  private static final Query ACTIVE_TWIN = SqliteStore.SQL.get("active_twin");
  private static final Query INSERT_NEW_READY = SqliteStore.SQL.get("insert_new_ready");

  private final long resultId;

  Replay(long resultId) {
    this.resultId = resultId;
  }

  @Override
  public Replayed in(Transaction transaction) throws SQLException {
    var old =
        transaction
            .on(REPLAYABLE)
            .set("result_id", resultId)
            .first(row ->
                new Old(
                    row.text("queue_name"), row.text("spec_hash"), row.number("is_unique") != 0));
    if (old == null) {
      return new Replayed.Unknown();
    }
    var newId = transaction.on(RESERVE_IDS).set("count", 1).number("seq");
    if (newId == null) {
      throw new IllegalStateException("task_enqueue has lost its row in sqlite_sequence");
    }
    if (old.isUnique && !mark(transaction, newId, old.specHash)) {
      var twin = transaction.on(ACTIVE_TWIN).set("spec_hash", old.specHash).number("result_id");
      if (twin == null) {
        throw new IllegalStateException("the mark of " + old.specHash + " is taken by nobody");
      }
      return new Replayed.TwinActive(twin);
    }
    transaction
        .on(REPLAY)
        .set("new_id", newId)
        .set("now", transaction.micros())
        .set("result_id", resultId)
        .update();
    transaction.on(INSERT_NEW_READY).set("first_id", newId).set("last_id", newId).update();
    transaction.counters().add(old.queue, TaskStatus.READY, 1);
    transaction.bringWork();
    return new Replayed.Enqueued(newId);
  }

  private static boolean mark(Transaction transaction, long newId, String specHash)
      throws SQLException {
    return transaction.on(MARK_ACTIVE).set("result_id", newId).set("spec_hash", specHash).update()
        == 1;
  }

  private record Old(String queue, String specHash, boolean isUnique) {}
}
