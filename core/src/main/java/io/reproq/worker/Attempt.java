package io.reproq.worker;

import static java.util.stream.Collectors.joining;

import io.reproq.json.Json;
import io.reproq.store.ClaimedTask;
import io.reproq.store.ClaimedTask.Description;
import io.reproq.store.Completed;
import io.reproq.task.ClaimId;
import io.reproq.task.Outcome;
import io.reproq.task.Payload;
import io.reproq.task.Spec;
import io.reproq.task.TraceContext;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// One attempt that this worker holds. Safe for use by many threads.
///
/// Its way is that of [AttemptState]. Only the step to *over* yields an outcome, and it happens
/// once: so exactly one outcome is ever sent for an attempt.
///
/// A handler that succeeds although it was told to stop has done its work: its success is what
/// counts. Any other end of a stopping attempt is the one for which it was stopped.
public final class Attempt {
  private static final Duration CENTURY = Duration.ofDays(36_500);
  private static final AttemptState RUNNING = new AttemptState.Running();
  private static final AttemptState OVER = new AttemptState.Over();

  private final ClaimedTask task;
  private final Spec spec;
  private final long deadline;
  private final Completer completer;
  private final AtomicReference<AttemptState> state = new AtomicReference<>(RUNNING);
  private volatile @Nullable Thread thread;

  // Reading them twice costs time and nothing else.
  private volatile @Nullable List<Json> results;

  /// Null until it tells something, which most never do.
  private final AtomicReference<@Nullable Notes> notes = new AtomicReference<>();

  /// Null until somebody says where in a trace it runs.
  private volatile @Nullable TraceContext trace;

  /// Written once, before the attempt is shown to other threads.
  private int slot;

  Attempt(ClaimedTask task, Spec spec, long startedNanos, Completer completer) {
    this.task = task;
    this.spec = spec;
    this.deadline = startedNanos + nanos(spec.timeout());
    this.completer = completer;
  }

  public long resultId() {
    return task.resultId();
  }

  /// What the database of its task is called; empty where there is one alone.
  public Optional<String> databaseAlias() {
    return Optional.ofNullable(completer.databaseAlias());
  }

  /// Its task's id as people read it and give it to commands: with the alias of its database, where
  /// there are several.
  public String taskName() {
    return databaseAlias().map(alias -> alias + ":").orElse("") + resultId();
  }

  /// Its fence, together with the result_id.
  public ClaimId claimId() {
    return task.claimId();
  }

  /// From 1.
  public int number() {
    return task.attempt();
  }

  /// How its task came to be claimed.
  public ClaimedTask.Origin origin() {
    return task.origin();
  }

  /// What its task is. Whoever may meet a task that cannot be read, which no handler does, asks
  /// [#readable] first: of such a task, this says nothing true.
  public Spec spec() {
    return spec;
  }

  /// What its task is; empty when that cannot be read, and the attempt only fails.
  public Optional<Spec> readable() {
    return task.description() instanceof Description.Valid(var read)
        ? Optional.of(read)
        : Optional.empty();
  }

  /// What its code goes on from: what a filter said, else what its task was enqueued with.
  public Optional<TraceContext> trace() {
    var known = trace;
    return known == null ? TraceContext.in(origin().headers()) : Optional.of(known);
  }

  /// Says what its code is to go on from. For filters, before they call the handler.
  public void trace(TraceContext place) {
    trace = place;
  }

  /// What the direct predecessors of its task in a workflow returned, in the order of members. Read
  /// from the store when first asked for.
  public List<Json> results() {
    var known = results;
    if (known == null) {
      known = completer.results(this);
      results = known;
    }
    return known;
  }

  /// What its handler is called with: the task's own arguments, or the results of its predecessors
  /// where it is to get those. The result of one predecessor is what a payload of that value would
  /// be, the results of several are a list.
  public Payload payload() {
    if (!spec.withResults()) {
      return spec.payload();
    }
    var values = results();
    var value =
        values.size() == 1
            ? values.getFirst()
            : new Json(values.stream().map(Json::text).collect(joining(",", "[", "]")));
    return value.text().stripLeading().startsWith("{")
        ? Payload.ofKwargs(value)
        : Payload.ofArgs(new Json("[" + value.text() + "]"));
  }

  /// What it tells of itself while it runs, and what earlier attempts at its task have told.
  public Notes notes() {
    var known = notes.get();
    if (known != null) {
      return known;
    }
    var made = new Notes(this, completer);
    return notes.compareAndSet(null, made) ? made : notes();
  }

  /// Whether it has told something that is not written.
  boolean hasNotes() {
    var known = notes.get();
    return known != null && known.isDirty();
  }

  /// Whether its outcome is on its way, or there is none to send.
  boolean isOver() {
    return state.get().equals(OVER);
  }

  /// Whether the handler should end: its time is up, it was cancelled, its lease was lost, or the
  /// worker stops.
  public boolean isStopping() {
    return state.get().isStopping();
  }

  /// Ends this attempt as a success in one transaction with the effects of `work`, or neither. For
  /// its handler, once.
  ///
  /// @return what became of it; after [Completed.Done] nothing else counts
  /// @throws IllegalStateException when it was called before
  /// @throws InterruptedException when the attempt must stop; nothing holds
  /// @throws Exception what `work` threw, or the store; nothing holds, and the attempt ends as it
  ///   says, or as its handler says, but not as a success
  public Completed completeWith(AttemptWork work) throws Exception {
    return completer.complete(this, work);
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

  /// From now on the attempt ends itself or fails.
  void complete() throws InterruptedException {
    var completing =
        new AttemptState.Completing(AttemptState.NO_TRANSACTION, /* isWriting= */ false);
    if (!state.compareAndSet(RUNNING, completing)) {
      stopIfTold();
      throw new IllegalStateException(this + ": completeWith may be called once in an attempt");
    }
  }

  /// Its transaction is open, the first one or another after that was undone.
  ///
  /// @param abort undoes it
  void work(Runnable abort) throws InterruptedException {
    proceed(new AttemptState.Completing(abort, /* isWriting= */ false));
  }

  /// Its work is done and its end is about to be written.
  void write(Runnable abort) throws InterruptedException {
    proceed(new AttemptState.Completing(abort, /* isWriting= */ true));
  }

  private void proceed(AttemptState.Completing next) throws InterruptedException {
    var current = state.get();
    if (!(current instanceof AttemptState.Completing && state.compareAndSet(current, next))) {
      stopIfTold();
      throw new IllegalStateException(this + ": it does not complete any more");
    }
  }

  private void stopIfTold() throws InterruptedException {
    if (isStopping()) {
      throw new InterruptedException(this + ": must stop, so nothing of it is committed");
    }
  }

  /// Its transaction has committed.
  void completed() {
    if (state.getAndUpdate(AttemptState::committed) instanceof AttemptState.Stopping) {
      // Put off while its end was being written.
      interrupt();
    }
  }

  /// Its transaction is over and left nothing behind: `instead` of a success.
  void undone(Outcome instead) {
    state.updateAndGet(known ->
        known instanceof AttemptState.Completing ? new AttemptState.Undone(instead) : known);
  }

  /// Its transaction found that the task is another's: nothing is sent for it.
  void stale() {
    state.set(OVER);
  }

  boolean hasCompleted() {
    return state.get() instanceof AttemptState.Completed;
  }

  /// The handler ended with `outcome`. A transaction that it left open in another thread is undone.
  ///
  /// @return the outcome to send, null when none is to be sent any more
  @Nullable Outcome end(Outcome outcome) {
    var last = state.getAndSet(OVER);
    last.abort();
    return last.effective(outcome);
  }

  /// Tells the handler to stop, for the sake of `because`. Only the first call does anything.
  ///
  /// A transaction in which it works is undone at once; one whose end is being written gets the
  /// time that a handler gets to end.
  ///
  /// @return whether the attempt will end as `because` says, unless it succeeds nevertheless
  boolean stop(Outcome because, long nanoTime) {
    while (true) {
      var current = state.get();
      var next = current.stopped(because, nanoTime);
      if (next.equals(current)) {
        return false;
      }
      if (state.compareAndSet(current, next)) {
        if (!(current instanceof AttemptState.Completing completing && completing.isWriting())) {
          current.abort();
          interrupt();
        }
        return next instanceof AttemptState.Stopping;
      }
    }
  }

  /// Whether its handler was told to stop `graceNanos` ago and did not.
  boolean isDeaf(long nanoTime, long graceNanos) {
    return state.get().isDeaf(nanoTime, graceNanos);
  }

  /// Ends an attempt without its handler, and undoes its transaction.
  ///
  /// @return the outcome to send, null when none is to be sent
  @Nullable Outcome abandon() {
    var last = state.getAndSet(OVER);
    last.abort();
    interrupt();
    return last instanceof AttemptState.Stopping(var because, var since, var transaction)
        ? because
        : null;
  }

  /// The attempt is another's now: nothing is sent for it, and its handler is interrupted. One that
  /// has ended itself, or is writing its end, is left alone: the store tells it whose the task is.
  ///
  /// @return false when it was over already, or is left alone
  boolean lose() {
    while (true) {
      var current = state.get();
      if (current.isBeyondLosing()) {
        return false;
      }
      if (state.compareAndSet(current, OVER)) {
        current.abort();
        interrupt();
        return true;
      }
    }
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
    return "task " + taskName() + " (" + spec.taskPath() + ", attempt " + number() + ")";
  }
}
