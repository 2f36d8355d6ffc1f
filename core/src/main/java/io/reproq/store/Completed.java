package io.reproq.store;

/// What became of a [Completion].
public sealed interface Completed {

  /// Its effects and the attempt's end hold, both.
  ///
  /// @param settlement the end, as it was written
  record Done(Settlement settlement) implements Completed {}

  /// The attempt does not hold the task any more. Nothing holds, not even the effects.
  record Stale() implements Completed {}

  /// The database undid the transaction each time because of what others did at the same time.
  /// Nothing holds, and the attempt still has its task.
  ///
  /// @param cause what the last one ended with
  record Undone(Exception cause) implements Completed {}
}
