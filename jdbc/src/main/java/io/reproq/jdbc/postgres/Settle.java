package io.reproq.jdbc.postgres;

import io.reproq.jdbc.PreparedQuery;
import io.reproq.jdbc.Query;
import io.reproq.jdbc.postgres.Attempts.Fence;
import io.reproq.jdbc.postgres.Attempts.Held;
import io.reproq.store.Settled;
import io.reproq.store.Settlement;
import io.reproq.store.Texts;
import io.reproq.task.Failure;
import io.reproq.task.Outcome;
import io.reproq.task.Place;
import io.reproq.task.TaskStatus;
import io.reproq.task.Transitions;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Writes what attempts came to. A batch of nothing but successes, which is nearly every one, is
/// one statement; any other locks its attempts first and then looks who wants them stopped.
final class Settle implements Transaction.Verb<List<Settled>> {
  private static final Query LOCK_CLAIMED = PostgresStore.SQL.get("lock_claimed");
  private static final Query SETTLED_BEFORE = PostgresStore.SQL.get("settled_before");

  private final List<Settlement> settlements;
  private final WorkerNumbers numbers;

  Settle(List<Settlement> settlements, WorkerNumbers numbers) {
    this.settlements = List.copyOf(settlements);
    this.numbers = numbers;
  }

  @Override
  public List<Settled> in(Transaction transaction) throws SQLException {
    var fences = fences(transaction);
    // The first outcome of an attempt is the one that counts.
    var firsts = new LinkedHashMap<Fence, Settlement>();
    var repeats = new HashSet<Integer>();
    for (var i = 0; i < settlements.size(); i++) {
      if (firsts.putIfAbsent(fences.get(i), settlements.get(i)) != null) {
        repeats.add(i);
      }
    }
    var applied =
        firsts.values().stream().allMatch(Settle::isSuccess)
            ? succeed(transaction, firsts)
            : settle(transaction, firsts);
    var isDone = applied.size() == settlements.size();
    var before = isDone ? Map.<Fence, Place>of() : before(transaction, settlements);
    var answers = new ArrayList<Settled>(settlements.size());
    for (var i = 0; i < settlements.size(); i++) {
      var key = fences.get(i);
      var place = repeats.contains(i) ? null : applied.get(key);
      if (place == null) {
        place = before.get(key);
      }
      answers.add(place == null ? new Settled.Stale() : new Settled.Applied(place));
    }
    return answers;
  }

  private List<Fence> fences(Transaction transaction) throws SQLException {
    var incarnations = settlements.stream().map(s -> s.claimId().incarnation()).toList();
    var workers = numbers.of(transaction, incarnations);
    return settlements.stream()
        .map(settlement -> Fence.of(settlement.resultId(), settlement.claimId(), workers))
        .toList();
  }

  /// Ends the one attempt as a success, if it still holds its task. For a transaction that does
  /// more, so that what an earlier one did does not count.
  ///
  /// @return whether it did
  boolean endsNow(Transaction transaction) throws SQLException {
    var success = settlements.getFirst();
    if (settlements.size() > 1 || !isSuccess(success)) {
      throw new IllegalArgumentException("only one success can be completed, was " + settlements);
    }
    var fence = fences(transaction).getFirst();
    return !new Attempts(transaction).end(List.of(end(fence, success))).isEmpty();
  }

  /// Whether the one attempt has ended so before. Waits for a transaction under way that may be
  /// about to.
  boolean hasEnded(Transaction transaction) throws SQLException {
    var success = settlements.getFirst();
    var fence = fences(transaction).getFirst();
    transaction.begin();
    lock(transaction, Map.of(fence, success));
    return success.next().equals(before(transaction, settlements).get(fence));
  }

  private static Map<Fence, Place> succeed(Transaction transaction, Map<Fence, Settlement> firsts)
      throws SQLException {
    var ends = firsts.entrySet().stream().map(e -> end(e.getKey(), e.getValue())).toList();
    var places = new HashMap<Fence, Place>();
    for (var key : new Attempts(transaction).end(ends)) {
      var settlement = firsts.get(key);
      if (settlement != null) {
        places.put(key, settlement.next());
      }
    }
    return places;
  }

  private static Map<Fence, Place> settle(Transaction transaction, Map<Fence, Settlement> firsts)
      throws SQLException {
    transaction.begin();
    var attempts = new Attempts(transaction);
    var locked = lock(transaction, firsts);
    var requested = attempts.requested(locked.stream().map(held -> held.key().resultId()).toList());
    var book = new Attempts.Book();
    var places = new HashMap<Fence, Place>();
    for (var held : locked) {
      var settlement = firsts.get(held.key());
      if (settlement != null) {
        var isWanted = requested.contains(settlement.resultId());
        places.put(held.key(), enter(book, held, settlement, isWanted));
      }
    }
    var gone = attempts.end(book.ends);
    if (!gone.equals(new HashSet<>(places.keySet()))) {
      throw new IllegalStateException("attempts that were locked have left their places");
    }
    attempts.record(book.errors);
    return places;
  }

  private static List<Held> lock(Transaction transaction, Map<Fence, Settlement> firsts)
      throws SQLException {
    var keys = firsts.keySet().stream().sorted(Comparator.comparingLong(Fence::resultId)).toList();
    return new Columns<>(transaction.on(LOCK_CLAIMED), keys)
        .longs("ids", Fence::resultId)
        .integers("workers", Fence::worker)
        .longs("numbers", Fence::claimNumber)
        .query()
        .list(Held::read);
  }

  private static Place enter(
      Attempts.Book book, Held held, Settlement settlement, boolean isWanted) {
    var error = settlement.outcome().failure();
    if (error != null) {
      book.errors.add(new Attempts.Trouble(held, error));
    }
    var next = settlement.next();
    if (isWanted && !next.status().isTerminal()) {
      next = Transitions.underCancel(next);
      error = Failure.CANCELLED;
      book.errors.add(new Attempts.Trouble(held, error));
    }
    var returned = isSuccess(settlement) ? returned(settlement) : null;
    var summary = error == null || !next.status().isTerminal() ? null : error.summary();
    book.ends.add(new Attempts.End(held.key(), next, true, returned, Texts.safeOrNull(summary)));
    return next;
  }

  /// What attempts that do not hold their tasks ended themselves, earlier.
  private static Map<Fence, Place> before(Transaction transaction, List<Settlement> sent)
      throws SQLException {
    var resultIds = sent.stream().map(Settlement::resultId).toList();
    var places = new HashMap<Fence, Place>();
    for (var end : Columns.ids(transaction.on(SETTLED_BEFORE), resultIds).list(Settle::ended)) {
      places.put(end.getKey(), end.getValue());
    }
    return places;
  }

  private static Map.Entry<Fence, Place> ended(PreparedQuery.Row row) throws SQLException {
    var status = TaskStatus.valueOf(row.text("status"));
    return Map.entry(Fence.read(row), new Place.Finished(status, row.integer("attempts")));
  }

  private static Attempts.End end(Fence key, Settlement success) {
    return new Attempts.End(key, success.next(), true, returned(success), null);
  }

  private static boolean isSuccess(Settlement settlement) {
    return settlement.outcome() instanceof Outcome.Succeeded
        && settlement.next().status() == TaskStatus.SUCCESSFUL;
  }

  private static String returned(Settlement success) {
    return Texts.safe(
        success.outcome() instanceof Outcome.Succeeded(var value) ? value.text() : "null");
  }
}
