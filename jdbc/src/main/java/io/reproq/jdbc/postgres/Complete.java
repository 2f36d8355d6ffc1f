package io.reproq.jdbc.postgres;

import io.reproq.clock.TimeSource;
import io.reproq.jdbc.GuardedConnection;
import io.reproq.jdbc.Query;
import io.reproq.jdbc.Session;
import io.reproq.store.Completed;
import io.reproq.store.Completion;
import io.reproq.store.Settlement;
import io.reproq.store.StoreException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Ends attempts together with the effects of their handlers, each in one transaction. Safe for use
/// by many threads.
///
/// The work comes first and the end last, so that the attempt's row is locked only from its end to
/// the commit, and a worker's death in between is not held up by the work. What the database undoes
/// for the sake of others is done again, work and all, in a new transaction.
///
/// ## A commit without an answer
///
/// It is looked up before anybody is told: the look waits for the row of the attempt, which a
/// commit under way still holds, and then knows. As long as the database is away, nobody knows.
final class Complete {
  private static final Query HURRY = Database.SQL.get("hurry");
  private static final String WHAT = "complete a task in";
  private static final int MOST_TRIES = 3;

  private final Database database;
  private final Runner runner;
  private final WorkerNumbers numbers;
  private final @Nullable TimeSource clock;

  /// @param clock null where the database's clock decides
  Complete(Database database, Runner runner, WorkerNumbers numbers, @Nullable TimeSource clock) {
    this.database = database;
    this.runner = runner;
    this.numbers = numbers;
    this.clock = clock;
  }

  /// Does all of it.
  ///
  /// @throws Exception what `completion` threw, or a [StoreException]; nothing holds
  Completed run(Completion completion) throws Exception {
    for (var tries = 1; ; tries++) {
      var answer = once(completion);
      if (!(answer instanceof Completed.Undone) || tries == MOST_TRIES) {
        return answer;
      }
    }
  }

  private Completed once(Completion completion) throws Exception {
    try (var lent = lend()) {
      Settlement settlement;
      Set<String> freed;
      try {
        settlement = work(completion, lent);
        freed = write(settlement, lent.connection());
        if (freed == null) {
          lent.connection().rollback();
          return new Completed.Stale();
        }
      } catch (Exception | Error e) {
        lent.rollBack(e);
        if (e instanceof Exception undone && PostgresErrors.hasBeenUndone(e)) {
          return new Completed.Undone(undone);
        }
        throw e;
      }
      var completed = commit(settlement, lent);
      runner.pass(freed);
      return completed;
    }
  }

  private WorkConnections.Lent lend() throws InterruptedException {
    try {
      return database.works().lend();
    } catch (SQLException e) {
      throw database.failure(WHAT, e);
    }
  }

  private static Settlement work(Completion completion, WorkConnections.Lent lent)
      throws Exception {
    var guarded = new GuardedConnection(lent.connection());
    try {
      return completion.run(guarded.connection(), lent::abort);
    } finally {
      guarded.end();
    }
  }

  /// Ends the attempt, and returns the keys that are free with it; null when it no longer holds its
  /// task.
  private @Nullable Set<String> write(Settlement settlement, Connection connection) {
    try (var session = Session.lent(connection)) {
      session.run(HURRY);
      var transaction = Transaction.joined(session, clock);
      return settle(settlement).endsNow(transaction) ? transaction.freed() : null;
    } catch (SQLException e) {
      throw database.failure(WHAT, e);
    }
  }

  private Settle settle(Settlement settlement) {
    return new Settle(List.of(settlement), numbers);
  }

  private Completed commit(Settlement settlement, WorkConnections.Lent lent) {
    try {
      lent.connection().commit();
    } catch (SQLException e) {
      lent.rollBack(e);
      if (PostgresErrors.isUndone(e)) {
        return new Completed.Undone(e);
      }
      if (!hasCommitted(settlement, e)) {
        throw database.failure(WHAT, e);
      }
    }
    return new Completed.Done(settlement);
  }

  private boolean hasCommitted(Settlement settlement, SQLException failure) {
    // A handler that was told to stop wants to know, too.
    var interrupted = Thread.interrupted();
    try {
      return runner.run(
          "look for the end of a task in", transaction -> settle(settlement).hasEnded(transaction));
    } catch (StoreException e) {
      e.addSuppressed(failure);
      throw new StoreException(
          "the connection broke while task %d was committed, and nobody knows yet what came of it;"
                  .formatted(settlement.resultId())
              + " its worker asks until it knows: "
              + e.getMessage(),
          true,
          e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
