package io.reproq.jdbc.sqlite;

import io.reproq.jdbc.PreparedQuery;
import io.reproq.jdbc.Query;
import io.reproq.store.WorkerInfo;
import io.reproq.store.WorkerRow;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;

/// Reads workers as the world may see them.
final class WorkerRows {
  private static final Query WORKERS = SqliteStore.READ.get("workers");

  private WorkerRows() {}

  static List<WorkerRow> all(Readers.Source source) throws SQLException {
    return source.on(WORKERS).list(WorkerRows::read);
  }

  private static WorkerRow read(PreparedQuery.Row row) throws SQLException {
    return new WorkerRow(
        new WorkerInfo(
            Values.uuid(row.bytes("incarnation")),
            row.text("worker_id"),
            row.text("hostname"),
            row.integer("concurrency"),
            Values.texts(row.text("queues")),
            Set.copyOf(Values.texts(row.text("handles"))),
            Micros.span(row.number("lease")),
            Micros.span(row.number("heartbeat")),
            row.text("version")),
        Micros.time(row.number("started_at")),
        Micros.time(row.number("last_seen_at")),
        Micros.time(row.number("leased_until")),
        row.integer("running"),
        row.number("beat"));
  }
}
