package io.reproq.jdbc.sqlite;

import io.reproq.jdbc.PreparedQuery;
import io.reproq.jdbc.Query;
import io.reproq.json.Json;
import io.reproq.store.ClaimRequest;
import io.reproq.store.ClaimRequest.Quota;
import io.reproq.store.ClaimedTask;
import io.reproq.store.Queues;
import io.reproq.task.Event;
import io.reproq.task.Place;
import io.reproq.task.TaskStatus;
import io.reproq.task.Transitions;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Takes tasks for a worker.
///
/// For each queue: tasks that wait for a handler this worker has come back to ready, as far as they
/// are among the best, and those for which there is a token now; then the best ready ones are
/// looked at, and each is claimed, parked for another's handler, under a key that is taken or for
/// want of a token, or, when a cancel was requested or its time to start is over, ended.
final class Claim implements Transaction.Verb<Claim.@Nullable Catch> {
  private static final Query LIVING_WORKER = SqliteStore.SQL.get("living_worker");
  private static final Query CANDIDATES = SqliteStore.SQL.get("claim_candidates");
  private static final Query CLAIM_INSERT = SqliteStore.SQL.get("claim_insert");
  private static final Query PARK_BY_PATH = SqliteStore.SQL.get("park_by_path");
  private static final Query LEAVE_READY = SqliteStore.SQL.get("leave_ready");

  private final ClaimRequest request;

  Claim(ClaimRequest request) {
    this.request = request;
  }

  /// What was claimed, null when the worker is not there.
  @Override
  public @Nullable Catch in(Transaction transaction) throws SQLException {
    var worker =
        transaction
            .on(LIVING_WORKER)
            .set("incarnation", Values.bytes(request.claimId().incarnation()))
            .first(row -> new Claimant(row.text("worker_id"), Values.texts(row.text("paused"))));
    if (worker == null) {
      return null;
    }
    var tokens = new Tokens(transaction);
    var routes = new Routes(transaction, request, tokens);
    var taken = new ArrayList<Candidate>();
    var moved = false;
    var queues = new ArrayList<String>();
    for (var quota : request.quotas()) {
      if (worker.mayTakeFrom(quota.queue())) {
        routes.unpark(quota);
        moved |= claim(transaction, new Wanted(quota, worker.workerId, routes, tokens), taken);
        queues.add(quota.queue());
      }
    }
    tokens.flush();
    return new Catch(taken, transaction.micros(), moved, tokens.untilRoom(queues));
  }

  /// Claims of one queue, and says whether tasks were moved out of the way.
  private boolean claim(Transaction transaction, Wanted wanted, List<Candidate> taken)
      throws SQLException {
    var mine = new ArrayList<Candidate>();
    var cancelled = new ArrayList<Candidate>();
    var foreign = new ArrayList<Long>();
    var tied = new Tied(transaction);
    var limited = new HashMap<String, List<Long>>();
    for (var candidate : candidates(transaction, wanted.quota())) {
      if (candidate.isCancelRequested()) {
        cancelled.add(candidate);
      } else if (tied.isExpired(candidate)) {
        tied.expire(candidate);
      } else if (!wanted.routes().lead(candidate.taskPath())) {
        foreign.add(candidate.resultId());
        tied.passLater(candidate);
      } else if (tied.take(candidate)) {
        // The token last: who waits for a key uses none.
        var limit = wanted.tokens().take(candidate.taskPath(), wanted.quota().queue());
        if (limit == null) {
          mine.add(candidate);
        } else {
          limited.computeIfAbsent(limit, key -> new ArrayList<>()).add(candidate.resultId());
          tied.giveBackLater(candidate);
        }
      }
    }
    take(transaction, wanted, mine);
    taken.addAll(mine);
    park(transaction, foreign);
    for (var entry : limited.entrySet()) {
      wanted.tokens().park(entry.getKey(), entry.getValue());
      transaction.on(LEAVE_READY).set("ids", Values.ids(entry.getValue())).update();
    }
    cancel(transaction, cancelled);
    return tied.finish() || !foreign.isEmpty() || !limited.isEmpty() || !cancelled.isEmpty();
  }

  private static List<Candidate> candidates(Transaction transaction, Quota quota)
      throws SQLException {
    return transaction
        .on(CANDIDATES)
        .set("queue_name", quota.queue())
        .set("limit", quota.limit())
        .list(Candidate::read);
  }

  private void take(Transaction transaction, Wanted wanted, List<Candidate> mine)
      throws SQLException {
    if (mine.isEmpty()) {
      return;
    }
    var ids = Values.ids(mine.stream().map(Candidate::resultId).toList());
    transaction
        .on(CLAIM_INSERT)
        .set("now", transaction.micros())
        .set("worker_id", wanted.workerId())
        .set("incarnation", Values.bytes(request.claimId().incarnation()))
        .set("claim_number", request.claimId().number())
        .set("ids", ids)
        .update();
    transaction.on(LEAVE_READY).set("ids", ids).update();
    transaction
        .counters()
        .move(wanted.quota().queue(), TaskStatus.READY, TaskStatus.RUNNING, mine.size());
  }

  private static void park(Transaction transaction, List<Long> foreign) throws SQLException {
    if (!foreign.isEmpty()) {
      var ids = Values.ids(foreign);
      transaction.on(PARK_BY_PATH).set("ids", ids).update();
      transaction.on(LEAVE_READY).set("ids", ids).update();
    }
  }

  private static void cancel(Transaction transaction, List<Candidate> cancelled)
      throws SQLException {
    var places = new Places(transaction);
    for (var candidate : cancelled) {
      var task = places.takeBlocked(candidate.resultId());
      var end = Transitions.after(new Place.Ready(candidate.attempts()), new Event.Cancel());
      if (task != null && end.isPresent()) {
        places.put(task, TaskStatus.READY, end.get(), Ending.PLAIN);
      }
    }
  }

  /// What a claim brought.
  ///
  /// @param at when they were taken, in microseconds
  /// @param retryIn when there is a token for the first of those that wait for one; null when none
  ///   does
  record Catch(List<Candidate> taken, long at, boolean moved, @Nullable Duration retryIn) {}

  /// A ready task.
  ///
  /// @param attempts before the one that it may get now
  /// @param enqueuedAt in microseconds; null when its description is missing
  /// @param spec null when its description is missing
  /// @param tie null for a plain task
  record Candidate(
      long resultId,
      String taskPath,
      int attempts,
      @Nullable Long enqueuedAt,
      @Nullable String headers,
      @Nullable String spec,
      boolean isCancelRequested,
      Tied.@Nullable Tie tie) {
    static Candidate read(PreparedQuery.Row row) throws SQLException {
      return new Candidate(
          row.number("result_id"),
          row.text("task_path"),
          row.integer("attempts"),
          row.numberOrNull("enqueued_at"),
          row.textOrNull("headers"),
          row.textOrNull("spec_json"),
          row.number("cancel_requested") != 0,
          row.numberOrNull("is_tied") == null ? null : Tied.Tie.read(row));
    }

    /// Where it comes from, as seen at `micros`.
    ClaimedTask.Origin origin(long micros) {
      var waited = enqueuedAt == null ? Duration.ZERO : Micros.span(micros - enqueuedAt);
      return new ClaimedTask.Origin(waited, headers == null ? null : new Json(headers));
    }

    /// How much of its time to start is left at `micros`; null when that has no end.
    @Nullable Duration startWithin(long micros) {
      return tie == null || tie.expiresAt() == null ? null : Micros.span(tie.expiresAt() - micros);
    }
  }

  /// @param paused the queues that nobody takes from
  private record Claimant(String workerId, List<String> paused) {
    boolean mayTakeFrom(String queue) {
      return paused.isEmpty() || !(paused.contains(queue) || paused.contains(Queues.ALL));
    }
  }

  private record Wanted(Quota quota, String workerId, Routes routes, Tokens tokens) {}
}
