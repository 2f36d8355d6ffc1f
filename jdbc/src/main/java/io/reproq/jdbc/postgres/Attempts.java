package io.reproq.jdbc.postgres;

import io.reproq.jdbc.PreparedQuery;
import io.reproq.jdbc.Query;
import io.reproq.store.Texts;
import io.reproq.task.ClaimId;
import io.reproq.task.Failure;
import io.reproq.task.Place;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// Ends attempts, many at once: the one way out of running, within one transaction.
final class Attempts {
  private static final Query REQUESTED = PostgresStore.SQL.get("requested");
  private static final Query END_ATTEMPTS = PostgresStore.SQL.get("end_attempts");
  private static final Query INSERT_FAILURES = PostgresStore.SQL.get("insert_failures");

  private final Transaction transaction;

  Attempts(Transaction transaction) {
    this.transaction = transaction;
  }

  /// Those of `resultIds` that somebody wants stopped. Asked after the tasks are locked.
  Set<Long> requested(List<Long> resultIds) throws SQLException {
    var query = Columns.ids(transaction.on(REQUESTED), resultIds);
    return new HashSet<>(query.list(row -> row.number("result_id")));
  }

  /// Ends what still holds its task, and returns the attempts that did.
  Set<Fence> end(List<End> ends) throws SQLException {
    if (ends.isEmpty()) {
      return Set.of();
    }
    var sorted = ends.stream().sorted(Comparator.comparingLong(end -> end.key.resultId)).toList();
    var query =
        new Columns<>(transaction.onNow(END_ATTEMPTS), sorted)
            .longs("ids", end -> end.key.resultId)
            .integers("workers", end -> end.key.worker)
            .longs("numbers", end -> end.key.claimNumber)
            .texts("places", end -> end.next.label())
            .texts("statuses", end -> end.next.status().name())
            .integers("attempts", End::attempts)
            .longs("delays", End::delay)
            .flags("settled", End::isSettled)
            .texts("returned", End::returned)
            .texts("errors", End::lastError)
            .query();
    var frees = new AtomicBoolean();
    var gone =
        new HashSet<>(
            query.list(row -> {
              if (row.flag("is_freeing") || row.number("promoted") > 0) {
                frees.set(true);
              }
              return Fence.read(row);
            }));
    if (frees.get()
        || ends.stream()
            .anyMatch(end -> end.next instanceof Place.Ready && gone.contains(end.key))) {
      transaction.bringWork();
    }
    return gone;
  }

  /// Adds to what went wrong, in this order.
  void record(List<Trouble> errors) throws SQLException {
    if (!errors.isEmpty()) {
      new Columns<>(transaction.onNow(INSERT_FAILURES), errors)
          .longs("ids", error -> error.held.key.resultId)
          .integers("attempts", error -> error.held.attempt)
          .texts("kinds", error -> error.failure.kind().label())
          .texts("exception_classes", e -> Texts.safeOrNull(e.failure.exceptionClass()))
          .texts("messages", error -> Texts.safe(error.failure.message()))
          .texts("tracebacks", error -> Texts.safeOrNull(error.failure.traceback()))
          .longs("starts", error -> error.held.startMicros)
          .texts("worker_ids", error -> error.held.workerId)
          .query()
          .update();
    }
  }

  /// One attempt, by its fence: the task, and the claim by its worker's number and its own.
  record Fence(long resultId, int worker, long claimNumber) {
    static Fence of(long resultId, ClaimId claim, Map<UUID, Integer> workers) {
      var worker = workers.getOrDefault(claim.incarnation(), WorkerNumbers.NOBODY);
      return new Fence(resultId, worker, claim.number());
    }

    static Fence read(PreparedQuery.Row row) throws SQLException {
      return new Fence(row.number("result_id"), row.integer("worker"), row.number("claim_number"));
    }
  }

  /// An attempt that was locked.
  ///
  /// @param startMicros when it started, in microseconds since 1970
  record Held(Fence key, int attempt, long startMicros, String workerId) {
    static Held read(PreparedQuery.Row row) throws SQLException {
      return new Held(
          Fence.read(row),
          row.integer("attempts"),
          row.number("start_micros"),
          row.text("worker_id"));
    }
  }

  /// One thing that went wrong.
  record Trouble(Held held, Failure failure) {}

  /// How an attempt ends.
  ///
  /// @param isSettled whether its own worker says so
  /// @param returned what it returned, null unless it succeeded
  /// @param lastError summary of the error that ended the task, null otherwise
  record End(
      Fence key,
      Place next,
      boolean isSettled,
      @Nullable String returned,
      @Nullable String lastError) {

    private int attempts() {
      return switch (next) {
        case Place.Ready(var attempts) -> attempts;
        case Place.Deferred(var attempts, var delay) -> attempts;
        case Place.Finished(var outcome, var attempts) -> attempts;
        case Place.Parked parked -> throw leadsNowhere();
        case Place.Running running -> throw leadsNowhere();
        case Place.Waiting waiting -> throw leadsNowhere();
      };
    }

    private long delay() {
      return Times.micros(
          next instanceof Place.Deferred(var attempts, var delay) ? delay : Duration.ZERO);
    }

    private IllegalArgumentException leadsNowhere() {
      return new IllegalArgumentException(
          "task " + key.resultId + " cannot go from running to " + next.label());
    }
  }

  /// A list that grows while attempts are looked at.
  static final class Book {
    final List<End> ends = new ArrayList<>();
    final List<Trouble> errors = new ArrayList<>();
  }
}
