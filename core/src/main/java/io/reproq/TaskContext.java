package io.reproq;

import io.reproq.json.Json;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a handler may know of the attempt it runs, and do with it. Belongs to that attempt.
public interface TaskContext {
  /// The task's public id.
  long resultId();

  /// Number of this attempt, from 1.
  int attempt();

  String taskPath();

  String queue();

  /// What the direct predecessors of this task in a workflow returned, in the order in which they
  /// were described; empty for a task that has none. Read from the database when first asked for.
  ///
  /// @see TaskType#stepWithResults for a task whose payload they are
  List<Json> results();

  /// What was noted about this task last, by this attempt or by an earlier one: a JSON object. Read
  /// from the database when first asked for.
  Json metadata();

  /// Notes facts about this task, for all to see while it runs and afterwards, and for the next
  /// attempt if there is one. They replace those that were noted before, but for the [#progress].
  ///
  /// The first time, what was noted before is read; after that nobody waits for the database: what
  /// was noted last is written a few times a second, and before the attempt's end is, also when it
  /// fails. Only what is noted inside [#completeWith], shortly before its end, may be lost.
  ///
  /// @param facts a JSON object, with the progress of at most 64 KiB; without NUL, lone surrogates,
  ///   `NaN` and infinities
  /// @throws IllegalArgumentException when it is anything else
  /// @throws io.reproq.store.StoreException when what was noted before cannot be read
  void note(Json facts);

  /// The same, with values that have a JSON form.
  ///
  /// @throws IllegalArgumentException when one has none, or as above
  void note(Map<String, ? extends @Nullable Object> facts);

  /// Notes how far this attempt is: the fact `progress`, an object of `done`, `total` and
  /// `message`. May be called as often as there is something to tell.
  ///
  /// @param done not negative
  /// @param total what `done` will be in the end; 0 when nobody knows
  /// @param message for people; may be empty
  /// @throws IllegalArgumentException when a number is negative, or the facts get too long
  void progress(long done, long total, String message);

  /// Whether the attempt should end now. The thread was interrupted too.
  boolean isStopping();

  /// Ends the task as SUCCESSFUL in one transaction with what `work` does: both are committed, or
  /// neither is. The effects of a task whose handler ends so happen exactly once.
  ///
  /// ```java
  /// reproq.handle(PAY, (context, payment) ->
  ///     context.completeWith(connection -> {
  ///       book(payment, connection);
  ///       return "booked";
  ///     }));
  /// ```
  ///
  /// `work` runs on the calling thread, with a connection to the database that the tasks are in. It
  /// may do with it what it likes but end the transaction; to roll back it throws. What it returns
  /// is the task's result, whatever the handler returns after that. `work` is run again, in a new
  /// transaction, when the database undoes one because of others (a serialization failure, a
  /// deadlock), so it should do nothing beside the transaction that must not be repeated.
  ///
  /// After that nothing undoes the end: a handler that throws then is only logged. If this method
  /// throws, nothing was committed as far as is known, and the attempt has failed, also when the
  /// handler returns as if it had not; where nobody knows, because the connection broke in the very
  /// commit, the database is asked until it tells. Called once at most in an attempt.
  ///
  /// Only so many handlers work in such transactions at once, each with a connection of its own;
  /// the others wait for theirs.
  ///
  /// @return what `work` returned
  /// @throws TaskLostException when the task is another's by now; all was rolled back
  /// @throws InterruptedException when the attempt must stop; all was rolled back
  /// @throws IllegalStateException when it was called before in this attempt
  /// @throws io.reproq.store.StoreException when the store has no transactions, or could not do it
  /// @throws Exception what `work` threw; all was rolled back
  <R extends @Nullable Object> R completeWith(CompletingWork<R> work) throws Exception;
}
