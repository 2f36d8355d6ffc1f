package io.reproq.jdbc.sqlite;

import io.reproq.jdbc.PreparedQuery;
import io.reproq.jdbc.Query;
import io.reproq.store.Pruned;
import io.reproq.store.Pruning;
import io.reproq.task.TaskStatus;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/// Deletes finished tasks that are old enough.
final class Prune implements Transaction.Verb<Pruned> {
  private static final Query FLOORS = SqliteStore.SQL.get("floors");
  private static final Query PRUNABLE = SqliteStore.SQL.get("prunable");
  private static final Query WORKFLOWS_AMONG = Workflows.SQL.get("workflows_among");
  private static final Query FORGET_AS_DEPENDANTS = Workflows.SQL.get("forget_as_dependants");
  private static final Query FORGET_AS_PREDECESSORS = Workflows.SQL.get("forget_as_predecessors");
  private static final Query FORGET_WORKFLOWS = Workflows.SQL.get("forget_workflows");
  private static final List<Query> DELETES =
      List.of(
          SqliteStore.SQL.get("prune_finished"),
          SqliteStore.SQL.get("prune_failures"),
          SqliteStore.SQL.get("prune_keys"),
          TakeNotes.SQL.get("prune_attachments"),
          TakeNotes.SQL.get("prune_output"),
          SqliteStore.SQL.get("prune_tasks"));

  private final Pruning pruning;

  Prune(Pruning pruning) {
    this.pruning = pruning;
  }

  @Override
  public Pruned in(Transaction transaction) throws SQLException {
    var floors = floors(transaction);
    var found =
        transaction
            .on(PRUNABLE)
            .set("successful_below", floors.successful)
            .set("failed_below", floors.failed)
            .set("cancelled_below", floors.cancelled)
            .set("expired_only", pruning.expiredOnly() ? 1 : 0)
            .set("after_id", pruning.afterId())
            .set("cutoff", Micros.of(transaction.now().minus(pruning.age())))
            .set(
                "statuses",
                pruning.statuses().stream()
                    .map(status -> '"' + status.name() + '"')
                    .collect(Collectors.joining(",", "[", "]")))
            .set("limit", pruning.limit())
            .list(Found::read);
    if (pruning.way() != Pruning.Way.COUNT && !found.isEmpty()) {
      delete(transaction, found);
    }
    var lastId = found.isEmpty() ? pruning.afterId() : found.getLast().resultId;
    return new Pruned(found.size(), lastId, found.size() < pruning.limit());
  }

  private Floors floors(Transaction transaction) throws SQLException {
    if (pruning.keep() == 0) {
      return Floors.NONE;
    }
    return Objects.requireNonNull(
        transaction.on(FLOORS).set("keep", pruning.keep()).first(Floors::read));
  }

  private static void delete(Transaction transaction, List<Found> found) throws SQLException {
    var ids =
        found.stream()
            .map(task -> Long.toString(task.resultId))
            .collect(Collectors.joining(",", "[", "]"));
    var workflows =
        transaction.on(WORKFLOWS_AMONG).set("ids", ids).list(row -> row.text("workflow_id"));
    for (var delete : DELETES) {
      transaction.on(delete).set("ids", ids).update();
    }
    if (!workflows.isEmpty()) {
      transaction.on(FORGET_AS_DEPENDANTS).set("ids", ids).update();
      transaction.on(FORGET_AS_PREDECESSORS).set("ids", ids).update();
      transaction.on(FORGET_WORKFLOWS).set("workflows", Values.texts(workflows)).update();
    }
    for (var task : found) {
      transaction.counters().add(task.queue, task.status, -1);
    }
  }

  /// Only tasks below these ids go.
  private record Floors(long successful, long failed, long cancelled) {
    static final Floors NONE = new Floors(Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE);

    /// Where all are kept the row has null, which reads as 0: nothing lies below.
    static Floors read(PreparedQuery.Row row) throws SQLException {
      return new Floors(row.number("successful"), row.number("failed"), row.number("cancelled"));
    }
  }

  private record Found(long resultId, String queue, TaskStatus status) {
    static Found read(PreparedQuery.Row row) throws SQLException {
      return new Found(
          row.number("result_id"), row.text("queue_name"), TaskStatus.valueOf(row.text("status")));
    }
  }
}
