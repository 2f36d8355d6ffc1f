package io.reproq.worker;

import io.reproq.task.Failure;
import io.reproq.task.FailureKind;
import io.reproq.task.Outcome;
import org.jspecify.annotations.Nullable;

/// How far an [Attempt] is. It never goes back.
///
/// ```
/// Running ──▶ Stopping ─────────────────────────▶ Over
///    │           ▲
///    └▶ Completing ──▶ Completed | Undone ──────▶ Over
/// ```
///
/// The lower way is that of an attempt that ends itself, in a transaction of its own. Once it has
/// gone there, no success is ever sent for it: if its transaction commits, nothing is sent at all.
sealed interface AttemptState {
  /// The handler works, and what it comes to is sent for it.
  record Running() implements AttemptState {}

  /// The handler ends itself: its transaction is open, or about to be.
  ///
  /// @param transaction how to undo it
  /// @param isWriting whether the work is done and its end is being written: from here on only the
  ///   store knows whose the task is
  record Completing(Runnable transaction, boolean isWriting) implements AttemptState {}

  /// The handler was told to stop, at `since`, for the sake of `because`.
  ///
  /// @param transaction how to undo that in which the handler was about to end itself; null when it
  ///   was not
  record Stopping(Outcome because, long since, @Nullable Runnable transaction)
      implements AttemptState {}

  /// The transaction has committed, and the task is over. Only the handler is not.
  ///
  /// @param since when the handler was told to stop nevertheless, null while it was not
  record Completed(@Nullable Long since) implements AttemptState {}

  /// The transaction is over and has left nothing behind. What counts is `instead`, or what the
  /// handler says, if that is not success.
  record Undone(Outcome instead) implements AttemptState {}

  /// The outcome is on its way, or there is none to send.
  record Over() implements AttemptState {}

  /// For when no transaction is open.
  Runnable NO_TRANSACTION = () -> {};

  /// Only of a handler that completes in another thread and does not wait for it.
  Outcome LEFT_OPEN =
      new Outcome.Failed(
          Failure.of(FailureKind.APP_ERROR, "the handler ended before its completeWith had"), true);

  /// Whether the handler should end.
  default boolean isStopping() {
    return switch (this) {
      case Stopping stopping -> true;
      case Over over -> true;
      case Completed(var since) -> since != null;
      case Running running -> false;
      case Completing completing -> false;
      case Undone undone -> false;
    };
  }

  /// Whether the handler was told to stop `graceNanos` ago and did not.
  default boolean isDeaf(long nanoTime, long graceNanos) {
    return switch (this) {
      case Stopping(var because, var since, var transaction) -> nanoTime - since >= graceNanos;
      case Completed(var since) -> since != null && nanoTime - since >= graceNanos;
      case Running running -> false;
      case Completing completing -> false;
      case Undone undone -> false;
      case Over over -> false;
    };
  }

  /// Whether the store alone knows whose the task is, or nothing is left to lose.
  default boolean isBeyondLosing() {
    return switch (this) {
      case Completing(var transaction, var isWriting) -> isWriting;
      case Completed completed -> true;
      case Over over -> true;
      case Running running -> false;
      case Stopping stopping -> false;
      case Undone undone -> false;
    };
  }

  /// The state once the handler is told to stop; the same when that changes nothing.
  default AttemptState stopped(Outcome because, long nanoTime) {
    return switch (this) {
      case Running running -> new Stopping(because, nanoTime, null);
      case Completing(var transaction, var isWriting) ->
          new Stopping(because, nanoTime, transaction);
      case Undone undone -> new Stopping(because, nanoTime, NO_TRANSACTION);
      case Completed(var since) -> since == null ? new Completed(nanoTime) : this;
      case Stopping stopping -> this;
      case Over over -> this;
    };
  }

  /// The state once the transaction has committed.
  default AttemptState committed() {
    return switch (this) {
      case Over over -> this;
      case Stopping(var because, var since, var transaction) -> new Completed(since);
      case Running running -> new Completed(null);
      case Completing completing -> new Completed(null);
      case Undone undone -> new Completed(null);
      case Completed completed -> this;
    };
  }

  /// What to send when this was the last state and the handler said `outcome`; null for nothing.
  default @Nullable Outcome effective(Outcome outcome) {
    return switch (this) {
      case Running running -> outcome;
      case Stopping(var because, var since, var transaction) ->
          transaction == null && outcome instanceof Outcome.Succeeded ? outcome : because;
      case Completing completing -> LEFT_OPEN;
      case Undone(var instead) -> countsNothing(instead, outcome) ? instead : outcome;
      case Completed completed -> null;
      case Over over -> null;
    };
  }

  /// Whether `outcome` is success, or mere failure where the attempt should not count.
  private static boolean countsNothing(Outcome instead, Outcome outcome) {
    return outcome instanceof Outcome.Succeeded
        || (instead instanceof Outcome.Snoozed
            && outcome instanceof Outcome.Failed(var failure, var retryable)
            && retryable);
  }

  /// Undoes the transaction that may be open.
  default void abort() {
    if (this instanceof Completing(var transaction, var isWriting)) {
      transaction.run();
    } else if (this instanceof Stopping(var because, var since, var transaction)
        && transaction != null) {
      transaction.run();
    }
  }
}
