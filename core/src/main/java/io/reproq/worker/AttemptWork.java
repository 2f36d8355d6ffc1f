package io.reproq.worker;

import io.reproq.task.Outcome;
import java.sql.Connection;

/// What an attempt does in the transaction that also ends it.
@FunctionalInterface
public interface AttemptWork {
  /// Does it. Called again, in another transaction, when the database has undone the one before for
  /// the sake of others.
  ///
  /// @throws Exception anything; the transaction is undone
  Outcome.Succeeded run(Connection connection) throws Exception;
}
