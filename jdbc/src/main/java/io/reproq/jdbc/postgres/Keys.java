package io.reproq.jdbc.postgres;

import io.reproq.jdbc.PreparedQuery;
import io.reproq.jdbc.Query;
import io.reproq.task.Failure;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/// What tasks with keys, and tasks that expire, need beside claims and settlements: keys that were
/// freed without an attempt, ends of tasks whose time to start is over, and a sweep for what
/// slipped through. Safe for use by many threads.
final class Keys {
  private static final Query KEYS_OF = PassKeys.SQL.get("keys_of");
  private static final Query SWEEP_KEYS = PassKeys.SQL.get("sweep_keys");
  private static final Query EXPIRING = PassKeys.SQL.get("expiring");
  private static final Query LOCK_WORKFLOWS = PassKeys.SQL.get("lock_workflows");
  private static final Query TELL_WORKFLOWS = PassKeys.SQL.get("tell_workflows");
  private static final Query EXPIRE = PassKeys.SQL.get("expire");
  private static final Query FORGET_EXPIRIES = PassKeys.SQL.get("forget_expiries");

  private final Runner runner;

  /// Where the next sweep begins: after this key.
  private final AtomicReference<String> lastKey = new AtomicReference<>("");

  Keys(Runner runner) {
    this.runner = runner;
  }

  /// Lets parked tasks have what `ids` were promoted for, which have ended without an attempt.
  void pass(Collection<Long> ids) {
    runner.pass(
        runner.run(
            "look for keys in",
            transaction -> Columns.ids(transaction.on(KEYS_OF), ids).list(row -> row.text("key"))));
  }

  /// Ends those of `ids` that are expired and in no attempt.
  void expire(Collection<Long> ids) {
    if (ids.isEmpty()) {
      return;
    }
    var ended = runner.run("end expired tasks in", transaction -> end(transaction, ids));
    if (!ended.isEmpty()) {
      pass(ended);
    }
  }

  private static List<Long> end(Transaction transaction, Collection<Long> ids) throws SQLException {
    transaction.begin();
    Columns.ids(transaction.on(LOCK_WORKFLOWS), ids).list(row -> row.numbers("members"));
    var ended =
        Columns.ids(transaction.onNow(EXPIRE), ids)
            .set("message", Failure.EXPIRED.message())
            .list(row -> row.number("result_id"));
    announce(transaction, Columns.ids(transaction.onNow(TELL_WORKFLOWS), ended));
    Columns.ids(transaction.on(FORGET_EXPIRIES), ids).update();
    return ended;
  }

  /// Ends what is expired, and promotes what waits for a key that is free.
  void sweep() {
    expire(
        runner.run(
            "look for expired tasks in",
            transaction -> transaction.onNow(EXPIRING).list(row -> row.number("result_id"))));
    lastKey.set(runner.run("promote tasks in", this::sweep));
  }

  private String sweep(Transaction transaction) throws SQLException {
    var next =
        transaction
            .on(SWEEP_KEYS)
            .set("after", lastKey.get())
            .list(row -> {
              if (row.number("promoted") > 0) {
                transaction.bringWork();
              }
              return row.text("last_key");
            });
    return next.getFirst();
  }

  private static void announce(Transaction transaction, PreparedQuery query) throws SQLException {
    var promoted = query.number("promoted");
    if (promoted != null && promoted > 0) {
      transaction.bringWork();
    }
  }
}
