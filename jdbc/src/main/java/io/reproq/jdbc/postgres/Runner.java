package io.reproq.jdbc.postgres;

import io.reproq.clock.TimeSource;
import io.reproq.jdbc.Session;
import io.reproq.store.StoreException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Runs verbs, each on a connection of its own, and runs those again that failed for no reason of
/// theirs. Safe for use by many threads.
final class Runner {
  private static final int MOST_TRIES = 3;

  private final Database database;
  private final @Nullable TimeSource clock;
  private final Runnable onWork;

  /// @param clock null where the database's clock decides
  /// @param onWork called after a commit that may have brought work
  Runner(Database database, @Nullable TimeSource clock, Runnable onWork) {
    this.database = database;
    this.clock = clock;
    this.onWork = onWork;
  }

  /// Runs a verb that may be done twice: again after deadlocks and lost connections, too.
  ///
  /// @param what the thing to do, as in "could not settle tasks in"
  /// @throws StoreException when it could not be done
  <T extends @Nullable Object> T run(String what, Transaction.Verb<T> verb) {
    return run(what, verb, true);
  }

  /// Runs a verb that must not be done twice: again only when the database has surely undone it.
  ///
  /// @throws StoreException when it could not be done, or nobody knows
  <T extends @Nullable Object> T runOnce(String what, Transaction.Verb<T> verb) {
    return run(what, verb, false);
  }

  /// Lets parked tasks have `keys`, which may be free now, as those see who have committed since.
  /// Comes after a commit, which holds whatever comes of this: what is not promoted here is so by
  /// the next sweep.
  ///
  /// @return whether there were any
  boolean pass(Collection<String> keys) {
    try {
      return !keys.isEmpty() && run("promote tasks in", new PassKeys(keys)) > 0;
    } catch (StoreException e) {
      PostgresStore.LOG.debug("parked tasks are left to the next sweep", e);
      return false;
    }
  }

  /// Runs a verb in the transaction that somebody else's `connection` is in, once. What comes of it
  /// is known when that commits, so nobody is told of new work.
  ///
  /// @throws StoreException when it could not be done; the transaction is to be rolled back
  <T extends @Nullable Object> T join(
      String what, Connection connection, Transaction.Verb<T> verb) {
    try (var session = Session.lent(connection)) {
      return verb.in(Transaction.joined(session, clock));
    } catch (SQLException e) {
      throw endsYourTransaction(database.failure(what, e));
    } catch (StoreException e) {
      throw endsYourTransaction(e);
    }
  }

  private static StoreException endsYourTransaction(StoreException e) {
    var advice = e.isTransient() ? "roll your transaction back and begin it again" : "roll it back";
    return new StoreException(
        "%s; nothing of your transaction can be kept: %s".formatted(e.getMessage(), advice),
        e.isTransient(),
        e.getCause());
  }

  private <T extends @Nullable Object> T run(
      String what, Transaction.Verb<T> verb, boolean mayRepeat) {
    @Nullable SQLException before = null;
    for (var tries = 1; ; tries++) {
      try {
        return once(verb);
      } catch (SQLException e) {
        if (before != null) {
          e.addSuppressed(before);
        }
        var isWorthAnother =
            PostgresErrors.isUndone(e)
                || (mayRepeat && PostgresErrors.isDisconnected(e))
                || (before != null && PostgresErrors.isTwice(e));
        if (tries == MOST_TRIES || !isWorthAnother) {
          throw database.failure(what, e);
        }
        before = e;
      }
    }
  }

  private <T extends @Nullable Object> T once(Transaction.Verb<T> verb) throws SQLException {
    T answer;
    boolean bringsWork;
    Set<String> freed;
    try (var session = new Session(database.borrow())) {
      var transaction = new Transaction(session, clock);
      try {
        answer = verb.in(transaction);
        transaction.commit();
      } catch (SQLException | RuntimeException | Error e) {
        transaction.rollBack(e);
        throw e;
      }
      bringsWork = transaction.bringsWork();
      freed = transaction.freed();
    }
    pass(freed);
    if (bringsWork) {
      onWork.run();
    }
    return answer;
  }
}
