package io.reproq.worker;

import static io.reproq.worker.AttemptKeys.about;

import io.reproq.json.Json;
import io.reproq.store.Completed;
import io.reproq.store.Settled;
import io.reproq.store.Settlement;
import io.reproq.store.StoreException;
import io.reproq.store.TaskStore;
import io.reproq.task.Failure;
import io.reproq.task.FailureKind;
import io.reproq.task.Outcome;
import io.reproq.task.Transitions;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What attempts ask of the store themselves: to end in one transaction with their handlers'
/// effects, what their predecessors returned, and what earlier attempts have noted. Safe for use by
/// many threads.
///
/// From the moment that an attempt has begun to, the [Settler] writes no success for it, and
/// nothing at all before its transaction is over. What it writes then meets the end that the
/// transaction wrote, if there is one: the store looks before it believes a failure.
final class Completer {
  private static final Logger log = LoggerFactory.getLogger(Completer.class);

  /// After others have got in the way time and again.
  private static final Outcome LATER = new Outcome.Snoozed(Duration.ofSeconds(1));

  private final TaskStore store;
  private final NoteWriter notes;
  private final AttemptListener listener;
  private final @Nullable String databaseAlias;

  /// @param databaseAlias what the store's database is called, null where there is one alone
  Completer(
      TaskStore store, NoteWriter notes, AttemptListener listener, @Nullable String databaseAlias) {
    this.store = store;
    this.notes = notes;
    this.listener = listener;
    this.databaseAlias = databaseAlias;
  }

  /// Ends `attempt` together with `work`, on the calling thread.
  Completed complete(Attempt attempt, AttemptWork work) throws Exception {
    // Not from within the transaction: it has a connection, and another may not be to be had.
    notes.writeLast(List.of(attempt));
    attempt.complete();
    try {
      var answer =
          store.complete((connection, abort) -> {
            attempt.work(abort);
            var outcome = work.run(connection);
            attempt.write(abort);
            return settlement(attempt, outcome);
          });
      switch (answer) {
        case Completed.Done(var settlement) -> {
          attempt.completed();
          listener.settled(attempt, settlement, new Settled.Applied(settlement.next()));
        }
        case Completed.Undone(var cause) -> attempt.undone(LATER);
        case Completed.Stale stale -> {
          about(attempt, log.atWarn()).log("no longer this worker's; its effects are undone");
          attempt.stale();
          listener.lost(attempt);
        }
      }
      return answer;
    } catch (Exception | Error e) {
      var kind = e instanceof StoreException ? FailureKind.INFRA_ERROR : FailureKind.APP_ERROR;
      attempt.undone(new Outcome.Failed(Failure.of(kind, e), true));
      throw e;
    }
  }

  /// What the predecessors of `attempt` returned.
  List<Json> results(Attempt attempt) {
    return store.results(attempt.resultId());
  }

  /// What the attempts at the task of `attempt` have noted.
  Json metadata(Attempt attempt) {
    return store.metadata(attempt.resultId());
  }

  @Nullable String databaseAlias() {
    return databaseAlias;
  }

  private static Settlement settlement(Attempt attempt, Outcome.Succeeded outcome) {
    var next = Transitions.settled(attempt.number(), outcome, attempt.spec().retry(), 0);
    return new Settlement(attempt.resultId(), attempt.claimId(), outcome, next);
  }
}
