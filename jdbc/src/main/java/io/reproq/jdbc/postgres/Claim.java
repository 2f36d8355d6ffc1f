package io.reproq.jdbc.postgres;

import io.reproq.jdbc.PreparedQuery;
import io.reproq.jdbc.Query;
import io.reproq.json.Json;
import io.reproq.store.ClaimRequest;
import io.reproq.store.ClaimRequest.Quota;
import io.reproq.store.ClaimedTask;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
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
    var passed = new Passed(first.doomed, first.expired, first.leftKeys);
    return new Catch(taken, first.isMoved, passed, first.ownKeys(), first.retryIn());
  }

  /// What a claim brought.
  ///
  /// @param moved whether tasks were moved out of the way
  /// @param passed tasks that were passed over, or passed by for others
  /// @param ownKeys under which tasks are parked that wait for a worker like this one, or for a
  ///   token that is there now
  /// @param retryIn when there is a token for the first of the others; null when there are none
  record Catch(
      List<Taken> taken,
      boolean moved,
      Passed passed,
      List<OwnKey> ownKeys,
      @Nullable Duration retryIn) {}

  /// Ready tasks that were not taken.
  ///
  /// @param doomed those that somebody wants stopped
  /// @param expired those whose time to start is over
  /// @param leftKeys keys of those that were parked, which may be free
  record Passed(List<Long> doomed, List<Long> expired, List<String> leftKeys) {
    boolean isEmpty() {
      return doomed.isEmpty() && expired.isEmpty();
    }
  }

  /// A parking key, and for how many of its tasks there is room.
  record OwnKey(String key, int room) {}

  /// A claimed task.
  ///
  /// @param startWithin null when it never expires
  /// @param spec null when its description is missing
  record Taken(
      long resultId,
      int attempt,
      @Nullable Duration startWithin,
      ClaimedTask.Origin origin,
      @Nullable String spec) {}

  private record Found(
      @Nullable Long resultId,
      int attempt,
      @Nullable Long lifeMicros,
      @Nullable Long waitedMicros,
      @Nullable String headers,
      @Nullable String spec,
      boolean isMoved,
      List<Long> doomed,
      List<Long> expired,
      List<String> leftKeys,
      List<String> keys,
      List<Long> rooms,
      @Nullable Long waitMicros) {
    static Found read(PreparedQuery.Row row) throws SQLException {
      return new Found(
          row.numberOrNull("result_id"),
          row.integer("attempt"),
          row.numberOrNull("life_micros"),
          row.numberOrNull("waited_micros"),
          row.textOrNull("headers"),
          row.textOrNull("spec_json"),
          row.flag("is_moved"),
          row.numbers("doomed"),
          row.numbers("expired"),
          row.texts("left_keys"),
          row.texts("own_keys"),
          row.numbers("own_rooms"),
          row.numberOrNull("wait_micros"));
    }

    List<OwnKey> ownKeys() {
      return IntStream.range(0, keys.size())
          .mapToObj(i -> new OwnKey(keys.get(i), Math.toIntExact(rooms.get(i))))
          .toList();
    }

    @Nullable Duration retryIn() {
      return span(waitMicros);
    }

    Taken taken() {
      var waited = waitedMicros == null ? Duration.ZERO : Times.span(waitedMicros);
      var origin = new ClaimedTask.Origin(waited, headers == null ? null : new Json(headers));
      return new Taken(resultId == null ? 0 : resultId, attempt, span(lifeMicros), origin, spec);
    }

    private static @Nullable Duration span(@Nullable Long micros) {
      return micros == null ? null : Times.span(micros);
    }
  }
}
