package io.reproq.jdbc.sqlite;

import io.reproq.jdbc.PreparedQuery;
import io.reproq.jdbc.Query;
import io.reproq.jdbc.sqlite.Claim.Candidate;
import io.reproq.task.Limits;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a claim does about the tasks among its candidates that are tied: one queue's, within one
/// transaction.
final class Tied {
  private static final Query PARK_BY_KEY = SqliteStore.SQL.get("park_by_key");
  private static final Query LEAVE_READY = SqliteStore.SQL.get("leave_ready");

  private final Transaction transaction;
  private final Keys keys;
  private final List<Long> expired = new ArrayList<>();
  private final List<Long> passing = new ArrayList<>();
  private final List<Long> returned = new ArrayList<>();
  private boolean hasParked;

  Tied(Transaction transaction) {
    this.transaction = transaction;
    this.keys = new Keys(transaction);
  }

  boolean isExpired(Candidate candidate) {
    var tie = candidate.tie();
    return tie != null && tie.expiresAt != null && tie.expiresAt <= transaction.micros();
  }

  /// Ends `candidate` when all others are seen to.
  void expire(Candidate candidate) {
    expired.add(candidate.resultId());
  }

  /// Lets others have the keys of `candidate`, which leaves, when all others are seen to.
  void passLater(Candidate candidate) {
    if (candidate.tie() != null) {
      passing.add(candidate.resultId());
    }
  }

  /// Takes the keys of `candidate`, which leaves without an attempt, back when all others are seen
  /// to.
  void giveBackLater(Candidate candidate) {
    if (candidate.tie() != null) {
      returned.add(candidate.resultId());
    }
  }

  /// Gives `candidate` its keys, or parks it.
  ///
  /// @return whether it may run
  boolean take(Candidate candidate) throws SQLException {
    var tie = candidate.tie();
    var busy = tie == null ? null : keys.take(candidate.resultId(), tie.rank, tie.limits);
    if (busy == null) {
      return true;
    }
    transaction
        .on(PARK_BY_KEY)
        .set("parked_key", busy)
        .set("result_id", candidate.resultId())
        .update();
    var id = List.of(candidate.resultId());
    transaction.on(LEAVE_READY).set("ids", Values.ids(id)).update();
    passing.addAll(id);
    hasParked = true;
    return false;
  }

  /// Does what was put off, and says whether a task was moved out of the way.
  boolean finish() throws SQLException {
    for (var id : expired) {
      Sweep.expire(transaction, id);
    }
    keys.free(returned);
    for (var id : passing) {
      keys.pass(id);
    }
    return hasParked || !expired.isEmpty();
  }

  /// What ties a task.
  ///
  /// @param expiresAt null for never
  record Tie(long rank, Limits limits, @Nullable Long expiresAt) {
    static Tie read(PreparedQuery.Row row) throws SQLException {
      return new Tie(row.number("rank"), Keys.limits(row), row.numberOrNull("expires_at"));
    }
  }
}
