package io.reproq.worker;

import io.reproq.store.ClaimedTask;
import io.reproq.task.ClaimId;
import io.reproq.task.Outcome;
import io.reproq.task.Spec;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// One attempt that this worker holds. Safe for use by many threads.
///
/// It is running, then perhaps stopping, then over; there is no way back. Only the step to *over*
/// yields an outcome, and it happens once: so exactly one outcome is ever sent for an attempt.
///
/// A handler that succeeds although it was told to stop has done its work: its success is what
/// counts. Any other end of a stopping attempt is the one for which it was stopped.
public final class Attempt {
  private static final Duration CENTURY = Duration.ofDays(36_500);
  private static final State RUNNING = new State.Running();
  private static final State OVER = new State.Over();

  private final ClaimedTask task;
  private final Spec spec;
  private final long deadline;
  private final AtomicReference<State> state = new AtomicReference<>(RUNNING);
  private volatile @Nullable Thread thread;

  /// Written once, before the attempt is shown to other threads.
  private int slot;

  Attempt(ClaimedTask task, Spec spec, long startedNanos) {
    this.task = task;
    this.spec = spec;
    this.deadline = startedNanos + nanos(spec.timeout());
  }

  public long resultId() {
    return task.resultId();
  }

  /// Its fence, together with the result_id.
  public ClaimId claimId() {
    return task.claimId();
  }

  /// From 1.
  public int number() {
    return task.attempt();
  }

  public Spec spec() {
    return spec;
  }

  /// Whether the handler should end: its time is up, it was cancelled, its lease was lost, or the
  /// worker stops.
  public boolean isStopping() {
    return !(state.get() instanceof State.Running);
  }

  /// Tells the attempt which of the worker's slots it fills.
  void enter(int number) {
    slot = number;
  }

  int slot() {
    return slot;
  }

  /// Ties the attempt to the thread that runs its handler.
  ///
  /// @return false when it need not begin any more
  boolean begin(Thread runner) {
    thread = runner;
    return !isStopping();
  }

  boolean isPastDeadline(long nanoTime) {
    return nanoTime - deadline >= 0;
  }

  /// The handler ended with `outcome`.
  ///
  /// @return the outcome to send, null when none is to be sent any more
  @Nullable Outcome end(Outcome outcome) {
    return switch (state.getAndSet(OVER)) {
      case State.Running running -> outcome;
      case State.Stopping(var because, var since) ->
          outcome instanceof Outcome.Succeeded ? outcome : because;
      case State.Over over -> null;
    };
  }

  /// Tells the handler to stop, for the sake of `because`. Only the first call does anything.
  boolean stop(Outcome because, long nanoTime) {
    var current = state.get();
    var stopped =
        current instanceof State.Running
            && state.compareAndSet(current, new State.Stopping(because, nanoTime));
    if (stopped) {
      interrupt();
    }
    return stopped;
  }

  /// Ends an attempt whose handler was told to stop `graceNanos` ago and did not.
  ///
  /// @return the outcome to send, null when it is not so
  @Nullable Outcome abandon(long nanoTime, long graceNanos) {
    var current = state.get();
    return current instanceof State.Stopping(var because, var since)
            && nanoTime - since >= graceNanos
            && state.compareAndSet(current, OVER)
        ? because
        : null;
  }

  /// The attempt is another's now: nothing is sent for it, and its handler is interrupted.
  ///
  /// @return false when it was over already
  boolean lose() {
    var lost = !(state.getAndSet(OVER) instanceof State.Over);
    if (lost) {
      interrupt();
    }
    return lost;
  }

  /// A time-out of more than a century is none.
  private static long nanos(Duration timeout) {
    return timeout.compareTo(CENTURY) > 0 ? CENTURY.toNanos() : timeout.toNanos();
  }

  private void interrupt() {
    var runner = thread;
    if (runner != null) {
      runner.interrupt();
    }
  }

  @Override
  public String toString() {
    return "task " + resultId() + " (" + spec.taskPath() + ", attempt " + number() + ")";
  }

  private sealed interface State {
    record Running() implements State {}

    record Stopping(Outcome because, long since) implements State {}

    record Over() implements State {}
  }
}
