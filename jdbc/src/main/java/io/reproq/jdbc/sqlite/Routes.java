package io.reproq.jdbc.sqlite;

import io.reproq.jdbc.PreparedQuery;
import io.reproq.jdbc.Query;
import io.reproq.store.ClaimRequest;
import io.reproq.store.ClaimRequest.Quota;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Whose task is it? Answers for one worker, within one transaction.
final class Routes {
  private static final Query LISTED_PATHS = SqliteStore.SQL.get("listed_paths");
  private static final Query PATH_KEYS = SqliteStore.SQL.get("path_keys");
  private static final Query PARKED_CANDIDATES = SqliteStore.SQL.get("parked_candidates");
  private static final Query READY_RANKS = SqliteStore.SQL.get("ready_ranks");
  private static final Query UNPARK_INSERT = SqliteStore.SQL.get("unpark_insert");
  private static final Query UNPARK_DELETE = SqliteStore.SQL.get("unpark_delete");

  private static final Comparator<Ranked> BEST_FIRST =
      Comparator.comparingLong(Ranked::rank).thenComparingLong(Ranked::resultId);

  private final Transaction transaction;
  private final ClaimRequest request;
  private final Tokens tokens;
  private @Nullable Set<String> othersPaths;
  private @Nullable List<String> ownKeys;

  Routes(Transaction transaction, ClaimRequest request, Tokens tokens) {
    this.transaction = transaction;
    this.tokens = tokens;
    this.request = request;
  }

  /// Whether tasks of `path` come to this worker.
  boolean lead(String path) throws SQLException {
    var routing = request.routing();
    return routing.handles().contains(path) || (routing.others() && !othersPaths().contains(path));
  }

  /// Moves parked tasks that are this worker's, or for which there is a token, back to ready, as
  /// far as they are among the best that `quota` has room for.
  void unpark(Quota quota) throws SQLException {
    var parked = new ArrayList<Ranked>();
    for (var key : ownKeys()) {
      parked.addAll(ranked(PARKED_CANDIDATES, quota, key));
    }
    for (var key : tokens.parkingKeys()) {
      var room = Math.min(quota.limit(), tokens.room(key));
      if (room > 0) {
        parked.addAll(ranked(PARKED_CANDIDATES, new Quota(quota.queue(), room), key));
      }
    }
    if (parked.isEmpty()) {
      return;
    }
    var best = new ArrayList<>(parked);
    best.addAll(ranked(READY_RANKS, quota, null));
    best.sort(BEST_FIRST);
    var chosen = new HashSet<>(best.subList(0, Math.min(quota.limit(), best.size())));
    parked.removeIf(task -> !chosen.contains(task));
    if (!parked.isEmpty()) {
      var ids = Values.ids(parked.stream().map(Ranked::resultId).toList());
      transaction.on(UNPARK_INSERT).set("ids", ids).update();
      transaction.on(UNPARK_DELETE).set("ids", ids).update();
    }
  }

  private List<Ranked> ranked(Query query, Quota quota, @Nullable String key) throws SQLException {
    var prepared =
        transaction.on(query).set("queue_name", quota.queue()).set("limit", quota.limit());
    if (key != null) {
      prepared.set("parked_key", key);
    }
    return prepared.list(Ranked::read);
  }

  /// The keys that tasks are parked under and that lead here.
  private List<String> ownKeys() throws SQLException {
    var known = ownKeys;
    if (known == null) {
      known = new ArrayList<>();
      for (var key : transaction.on(PATH_KEYS).list(row -> row.text("key"))) {
        if (lead(key.substring(ClaimRequest.parkingKey("").length()))) {
          known.add(key);
        }
      }
      ownKeys = known;
    }
    return known;
  }

  private Set<String> othersPaths() throws SQLException {
    var known = othersPaths;
    if (known == null) {
      known =
          new HashSet<>(
              transaction
                  .on(LISTED_PATHS)
                  .set("incarnation", Values.bytes(request.claimId().incarnation()))
                  .list(row -> row.text("task_path")));
      othersPaths = known;
    }
    return known;
  }

  private record Ranked(long resultId, long rank) {
    static Ranked read(PreparedQuery.Row row) throws SQLException {
      return new Ranked(row.number("result_id"), row.number("rank"));
    }
  }
}
