package io.reproq;

import java.sql.Connection;
import org.jspecify.annotations.Nullable;

/// What a handler does in the transaction that also ends its task; see [TaskContext#completeWith].
@FunctionalInterface
public interface CompletingWork<R extends @Nullable Object> {
  /// Does it, on a connection that is in a transaction and belongs to the work until it returns.
  ///
  /// @return what is kept as the task's result
  /// @throws Exception anything; the transaction is rolled back
  R run(Connection connection) throws Exception;
}
