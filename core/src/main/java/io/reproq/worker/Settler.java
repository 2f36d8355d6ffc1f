package io.reproq.worker;

import static io.reproq.worker.AttemptKeys.about;

import io.reproq.store.Settled;
import io.reproq.store.Settlement;
import io.reproq.store.StoreException;
import io.reproq.store.TaskStore;
import io.reproq.task.Failure;
import io.reproq.task.FailureKind;
import io.reproq.task.Outcome;
import io.reproq.task.Transitions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Collects outcomes and writes them in batches. While one batch is being written the next gathers,
/// so a lone outcome is written at once and thousands cost one write: no timer is needed for
/// either.
///
/// An outcome is sent until it is applied or stale. One that the store can never take becomes a
/// failed attempt, and does not hold up the others of its batch. Outcomes are offered by many
/// threads and written by one.
final class Settler {
  private static final Logger log = LoggerFactory.getLogger(Settler.class);

  /// More would make the transaction long and gain nothing.
  private static final int BATCH = 1000;

  /// So many outcomes may wait to be written. When the store is slower than the handlers, those
  /// wait then, each in its slot: what was done and not written is done again after a crash.
  private static final int MOST_UNWRITTEN = 4 * BATCH;

  private final TaskStore store;
  private final NoteWriter notes;
  private final RandomGenerator random;
  private final AttemptListener listener;
  private final ConcurrentLinkedQueue<Ended> queue = new ConcurrentLinkedQueue<>();
  private final Signal offered = new Signal();
  private final ReentrantLock moving = new ReentrantLock();
  private final LongAdder refused = new LongAdder();
  private final Semaphore room = new Semaphore(MOST_UNWRITTEN);
  private List<Ended> writing = List.of();

  /// A collector for `store` that tells `listener` of all that was written.
  ///
  /// @param notes writes what attempts have told before it is too late
  Settler(TaskStore store, NoteWriter notes, RandomGenerator random, AttemptListener listener) {
    this.store = store;
    this.notes = notes;
    this.random = random;
    this.listener = listener;
  }

  /// Raised when there is something to write.
  Signal offered() {
    return offered;
  }

  /// Hands over the one outcome of `attempt`, and waits before while too many are unwritten.
  void offer(Attempt attempt, Outcome outcome) {
    room.acquireUninterruptibly();
    add(new Ended(attempt, settlement(attempt, outcome), true));
  }

  /// The same for who must not wait.
  void offerAtOnce(Attempt attempt, Outcome outcome) {
    add(new Ended(attempt, settlement(attempt, outcome), room.tryAcquire()));
  }

  private void add(Ended ended) {
    queue.add(ended);
    offered.raise();
  }

  /// Writes what has gathered, one batch at the most.
  ///
  /// @return how many outcomes were written
  /// @throws StoreException when the store could not be reached; they are kept for the next call
  int settle() {
    var batch = gather();
    if (!batch.isEmpty()) {
      notes.writeLast(batch.stream().map(Ended::attempt).toList());
      write(batch);
      done();
      room.release((int) batch.stream().filter(Ended::takesRoom).count());
    }
    return batch.size();
  }

  /// Whether all outcomes offered so far are written.
  boolean isIdle() {
    return pending().isEmpty();
  }

  /// How many ends of tasks were refused, because the attempt did not hold its task any more.
  long refused() {
    return refused.sum();
  }

  /// All outcomes that are not written yet.
  List<Settlement> pending() {
    moving.lock();
    try {
      var all = new ArrayList<Settlement>();
      writing.forEach(ended -> all.add(ended.settlement));
      queue.forEach(ended -> all.add(ended.settlement));
      return all;
    } finally {
      moving.unlock();
    }
  }

  private List<Ended> gather() {
    moving.lock();
    try {
      // What a failed call left behind comes first.
      var batch = new ArrayList<>(writing);
      while (batch.size() < BATCH) {
        var ended = queue.poll();
        if (ended == null) {
          break;
        }
        batch.add(ended);
      }
      writing = batch;
      return batch;
    } finally {
      moving.unlock();
    }
  }

  private void done() {
    moving.lock();
    try {
      writing = List.of();
    } finally {
      moving.unlock();
    }
  }

  private void write(List<Ended> batch) {
    List<Settled> answers;
    try {
      answers = store.settle(batch.stream().map(Ended::settlement).toList());
    } catch (RuntimeException e) {
      // Also a fault of the store's own must not hold up the others of the batch.
      if (e instanceof StoreException failed && failed.isTransient()) {
        throw e;
      }
      divide(batch, e);
      return;
    }
    for (var i = 0; i < batch.size(); i++) {
      var ended = batch.get(i);
      if (isLost(ended.settlement, answers.get(i))) {
        refused.increment();
        about(ended.attempt, log.atWarn())
            .log("its outcome came too late; the task is another's by now");
      }
      listener.settled(ended.attempt, ended.settlement, answers.get(i));
    }
  }

  /// Finds the outcome that cannot be written, by halves.
  private void divide(List<Ended> batch, RuntimeException cause) {
    if (batch.size() > 1) {
      var middle = batch.size() / 2;
      write(batch.subList(0, middle));
      write(batch.subList(middle, batch.size()));
      return;
    }
    var attempt = batch.getFirst().attempt;
    if (batch.getFirst().settlement.outcome() instanceof Outcome.Failed(var failure, var retryable)
        && failure.kind() == FailureKind.INFRA_ERROR) {
      about(attempt, log.atError())
          .setCause(cause)
          .log("its outcome cannot be stored, and neither can this fact");
      return;
    }
    about(attempt, log.atWarn())
        .setCause(cause)
        .log("its outcome cannot be stored; it counts as failed");
    var failure =
        Failure.of(
            FailureKind.INFRA_ERROR, "The outcome could not be stored: " + cause.getMessage());
    write(
        List.of(new Ended(attempt, settlement(attempt, new Outcome.Failed(failure, true)), false)));
  }

  /// Whether an outcome is refused for good. One that did not end its task and is sent again is
  /// answered as stale though it was applied.
  private static boolean isLost(Settlement settlement, Settled answer) {
    return answer instanceof Settled.Stale && settlement.next().status().isTerminal();
  }

  private Settlement settlement(Attempt attempt, Outcome outcome) {
    var next =
        Transitions.settled(attempt.number(), outcome, attempt.spec().retry(), random.nextDouble());
    return new Settlement(attempt.resultId(), attempt.claimId(), outcome, next);
  }

  /// @param takesRoom whether it counts among those that may wait
  private record Ended(Attempt attempt, Settlement settlement, boolean takesRoom) {}
}
