package io.reproq.jdbc.postgres;

import io.reproq.jdbc.PreparedQuery;
import io.reproq.jdbc.Query;
import io.reproq.store.WorkerInfo;
import io.reproq.store.WorkerRow;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;

/// Reads workers as the world may see them.
final class WorkerRows implements Transaction.Verb<List<WorkerRow>> {
  private static final Query WORKERS = PostgresStore.READ.get("workers");

  @Override
  public List<WorkerRow> in(Transaction transaction) throws SQLException {
    return transaction.on(WORKERS).list(WorkerRows::read);
  }

  private static WorkerRow read(PreparedQuery.Row row) throws SQLException {
    return new WorkerRow(
        new WorkerInfo(
            Objects.requireNonNull(row.value("incarnation", UUID.class)),
            row.text("worker_id"),
            row.text("hostname"),
            row.integer("concurrency"),
            row.texts("queues"),
            Set.copyOf(row.texts("handles")),
            Times.span(row.number("lease")),
            Times.span(row.number("heartbeat")),
            row.text("version")),
        Times.time(row, "started_at"),
        Times.time(row, "last_seen_at"),
        Times.time(row, "leased_until"),
        row.integer("running"),
        row.number("beat"));
  }
}
