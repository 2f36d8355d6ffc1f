package io.reproq.jdbc.postgres;

import io.reproq.jdbc.PreparedQuery;
import io.reproq.jdbc.Query;
import io.reproq.store.ClaimRequest;
import io.reproq.store.ClaimRequest.Quota;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Takes tasks for a worker, in one statement.
final class Claim implements Transaction.Verb<Claim.@Nullable Catch> {
  private static final Query CLAIM = PostgresStore.SQL.get("claim");

  private final ClaimRequest request;
  private final boolean looks;

  /// @param looks whether to look for parked tasks that wait for a worker like this one, and to
  ///   take none while there are
  Claim(ClaimRequest request, boolean looks) {
    this.request = request;
    this.looks = looks;
  }

  /// What was claimed, null when the worker is not there.
  @Override
  public @Nullable Catch in(Transaction transaction) throws SQLException {
    var claimId = request.claimId();
    var handles = List.copyOf(request.routing().handles());
    var query = transaction.onNow(CLAIM);
    new Columns<>(query, request.quotas())
        .texts("queues", Quota::queue)
        .integers("quotas", Quota::limit);
    new Columns<>(query, handles).texts("handles", path -> path);
    var rows =
        query
            .set("incarnation", claimId.incarnation())
            .set("claim_number", claimId.number())
            .set("others", request.routing().others())
            .set("looks", looks)
            .list(Found::read);
    if (rows.isEmpty()) {
      return null;
    }
    var taken = rows.stream().filter(row -> row.resultId != null).map(Found::taken).toList();
    var first = rows.getFirst();
    if (first.isPromoted) {
      transaction.bringWork();
    }
    var isMoved = first.isMoved || first.isPromoted;
    return new Catch(taken, isMoved, first.doomed, first.expired, first.ownKeys);
  }

  /// What a claim brought.
  ///
  /// @param moved whether tasks were moved out of the way
  /// @param doomed tasks that were passed over because somebody wants them stopped
  /// @param expired tasks that were passed over because their time to start is over
  /// @param ownKeys under which tasks are parked that wait for a worker like this one
  record Catch(
      List<Taken> taken,
      boolean moved,
      List<Long> doomed,
      List<Long> expired,
      List<String> ownKeys) {}

  /// A claimed task.
  ///
  /// @param spec null when its description is missing
  record Taken(long resultId, int attempt, @Nullable String spec) {}

  private record Found(
      @Nullable Long resultId,
      int attempt,
      @Nullable String spec,
      boolean isMoved,
      boolean isPromoted,
      List<Long> doomed,
      List<Long> expired,
      List<String> ownKeys) {
    static Found read(PreparedQuery.Row row) throws SQLException {
      return new Found(
          row.numberOrNull("result_id"),
          row.integer("attempt"),
          row.textOrNull("spec_json"),
          row.flag("is_moved"),
          row.flag("is_promoted"),
          row.numbers("doomed"),
          row.numbers("expired"),
          row.texts("own_keys"));
    }

    Taken taken() {
      return new Taken(resultId == null ? 0 : resultId, attempt, spec);
    }
  }
}
