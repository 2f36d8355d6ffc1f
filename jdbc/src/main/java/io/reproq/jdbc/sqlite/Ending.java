package io.reproq.jdbc.sqlite;

import io.reproq.task.ClaimId;
import org.jspecify.annotations.Nullable;

/// What the row of a task that did not succeed knows of its end.
///
/// @param settledBy the claim whose settlement ended the task, null when something else did
/// @param lastError summary of the error that ended it, null otherwise
record Ending(@Nullable ClaimId settledBy, @Nullable String lastError) {
  /// Nothing to tell.
  static final Ending PLAIN = new Ending(null, null);
}
