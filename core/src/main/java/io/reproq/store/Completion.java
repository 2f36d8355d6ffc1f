package io.reproq.store;

import java.sql.Connection;

/// An attempt that ends itself: what is to be done in the transaction that also writes its end.
@FunctionalInterface
public interface Completion {
  /// Does the work, and says how the attempt ends then. Called again, in another transaction, when
  /// the database has undone the one before for the sake of others.
  ///
  /// @param connection in an open transaction, which is ended for it; worthless after the call
  /// @param abort undoes the transaction and makes the connection useless, from any thread, at
  ///   once; does nothing when the transaction is over
  /// @return the end of the attempt, a success
  /// @throws Exception anything; the transaction is undone
  Settlement run(Connection connection, Runnable abort) throws Exception;
}
