package io.reproq.jdbc.sqlite;

import io.reproq.jdbc.Query;
import io.reproq.task.Event;
import io.reproq.task.Failure;
import io.reproq.task.Place;
import io.reproq.task.Transitions;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Ends what is expired, and promotes what waits for a key that is free, some keys at a time. Goes
/// on where it has stopped. Safe for use by many threads.
final class Sweep {
  private static final Query EXPIRING = Keys.SQL.get("expiring");
  private static final Query FORGET_DUE = Keys.SQL.get("forget_due");
  private static final Query PARKED_KEY_AFTER = Keys.SQL.get("parked_key_after");

  /// No sweep looks at more keys, so that none keeps the writer for long.
  private static final int MOST_KEYS = 200;

  /// Keys of one kind lie between its name and its end.
  private static final String[][] KINDS = {{"lock", "lock;"}, {"slot", "slot;"}};

  private final AtomicReference<String> last = new AtomicReference<>("");

  void in(Transaction transaction) throws SQLException {
    var expired =
        transaction
            .on(EXPIRING)
            .set("now", transaction.micros())
            .list(row -> row.number("result_id"));
    for (var id : expired) {
      expire(transaction, id);
    }
    transaction.on(FORGET_DUE).set("ids", Values.ids(expired)).update();
    last.set(share(transaction, last.get()));
  }

  /// Ends one task that is expired and in no attempt.
  static void expire(Transaction transaction, long resultId) throws SQLException {
    var places = new Places(transaction);
    var blocked = places.takeBlocked(resultId);
    var task = blocked == null ? places.takeWaiting(resultId) : blocked;
    if (task == null) {
      return;
    }
    var from = blocked == null ? new Place.Waiting(1) : new Place.Ready(task.attempts());
    var end = Transitions.after(from, new Event.Expire()).orElseThrow();
    places.record(resultId, task.attempts(), Failure.EXPIRED, null);
    places.put(task, from.status(), end, new Ending(null, Failure.EXPIRED.summary()));
  }

  /// Where the next one begins.
  private static String share(Transaction transaction, String after) throws SQLException {
    var keys = new Keys(transaction);
    var left = MOST_KEYS;
    for (var kind : KINDS) {
      var key = next(transaction, after.compareTo(kind[0]) > 0 ? after : kind[0], kind[1]);
      while (key != null) {
        keys.share(key);
        left--;
        if (left == 0) {
          return key;
        }
        key = next(transaction, key, kind[1]);
      }
    }
    return "";
  }

  private static @Nullable String next(Transaction transaction, String low, String high)
      throws SQLException {
    return transaction
        .on(PARKED_KEY_AFTER)
        .set("low", low)
        .set("high", high)
        .first(row -> row.text("key"));
  }
}
