package io.reproq.worker;

import static io.reproq.worker.AttemptKeys.about;

import io.reproq.store.ClaimedTask;
import io.reproq.store.ClaimedTask.Description;
import io.reproq.task.Failure;
import io.reproq.task.FailureKind;
import io.reproq.task.Outcome;
import io.reproq.task.Spec;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs claimed tasks, each on a thread of its own, and hands what they came to to the [Settler].
final class Runner {
  private static final Logger log = LoggerFactory.getLogger(Runner.class);

  /// In place of what cannot be read.
  private static final Spec UNREADABLE = Spec.of("unreadable").build();

  private final Handlers handlers;
  private final Slots slots;
  private final Ends ends;
  private final Surroundings surroundings;

  Runner(Handlers handlers, Slots slots, Ends ends, Surroundings surroundings) {
    this.handlers = handlers;
    this.slots = slots;
    this.ends = ends;
    this.surroundings = surroundings;
  }

  /// Fills a reserved slot with `task` and starts its handler.
  ///
  /// @param sent when its claim was sent
  void start(ClaimedTask task, Moment sent) {
    switch (task.description()) {
      case Description.Valid(var spec) -> {
        var attempt = enter(task, spec);
        var limit = task.startWithin();
        surroundings
            .threads()
            .execute(() ->
                runKnown(
                    attempt, limit == null ? () -> run(attempt) : () -> run(attempt, limit, sent)));
      }
      case Description.Broken(var reason) -> {
        var attempt = enter(task, UNREADABLE);
        finish(attempt, new Outcome.Failed(Failure.of(FailureKind.INVALID_SPEC, reason), false));
      }
    }
  }

  private Attempt enter(ClaimedTask task, Spec spec) {
    var attempt = new Attempt(task, spec, surroundings.time().nanoTime(), ends.completer);
    slots.enter(attempt);
    return attempt;
  }

  /// Runs `way`, whose log lines all name the attempt.
  private static void runKnown(Attempt attempt, Runnable way) {
    AttemptKeys.enter(attempt);
    try {
      way.run();
    } finally {
      AttemptKeys.leave();
    }
  }

  /// Runs an attempt whose time to start has an end. Where that may be over, the task is given
  /// back, because the store's clock decides: it ends there, or is claimed again.
  private void run(Attempt attempt, Duration startWithin, Moment sent) {
    if (sent.isPast(startWithin, surroundings.time())) {
      about(attempt, log.atInfo())
          .log("its time to start ran out after it was claimed; given back");
      finish(attempt, new Outcome.GivenBack());
    } else {
      run(attempt);
    }
  }

  private void run(Attempt attempt) {
    if (attempt.begin(Thread.currentThread())) {
      ends.listener.started(attempt);
      finish(attempt, outcomeOf(attempt));
    } else {
      finish(attempt, new Outcome.GivenBack());
    }
  }

  /// The edge to the user's code: whatever it throws becomes a failed attempt.
  private Outcome outcomeOf(Attempt attempt) {
    var handler = handlers.of(attempt.spec().taskPath());
    if (handler.isEmpty()) {
      // The store parks such tasks; that this one came is a fault of ours, and no reason to lose
      // it.
      about(attempt, log.atError()).log("claimed without a handler; given back");
      return new Outcome.GivenBack();
    }
    try {
      return handler.get().run(attempt);
    } catch (OutOfMemoryError | StackOverflowError | Exception | LinkageError | AssertionError e) {
      about(attempt, log.atDebug()).setCause(e).log("failed");
      return new Outcome.Failed(Failure.of(FailureKind.APP_ERROR, e), true);
    }
  }

  /// Sends the outcome, unless another was sent, the attempt was lost, or it has ended itself.
  private void finish(Attempt attempt, Outcome outcome) {
    var failure = outcome.failure();
    if (failure != null && attempt.hasCompleted()) {
      about(attempt, log.atWarn())
          .log("failed after it had completed, which changes nothing: {}", failure.summary());
    }
    var effective = attempt.end(outcome);
    if (effective != null) {
      // First offered, then out of the slot: the heartbeat must find it in one of them.
      ends.settler.offer(attempt, effective);
    }
    slots.leave(attempt);
  }

  /// The two ways to an end: most attempts are settled for, some complete themselves.
  ///
  /// @param listener hears of the beginning
  record Ends(Settler settler, Completer completer, AttemptListener listener) {}
}
