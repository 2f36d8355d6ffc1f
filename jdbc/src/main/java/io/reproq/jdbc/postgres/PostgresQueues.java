package io.reproq.jdbc.postgres;

import io.reproq.jdbc.Queries;
import io.reproq.jdbc.Query;
import io.reproq.store.Queues;
import io.reproq.store.Texts;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The paused queues of a PostgreSQL database. Safe for use by many threads.
final class PostgresQueues implements Queues {
  private static final Queries SQL = Queries.of(PostgresQueues.class, "queues.sql");
  private static final Query PAUSE = SQL.get("pause");
  private static final Query RESUME = SQL.get("resume");
  private static final Query PAUSES = SQL.get("pauses");

  private final Runner runner;

  PostgresQueues(Runner runner) {
    this.runner = runner;
  }

  @Override
  public boolean pause(String queue, @Nullable String reason) {
    Queues.named(queue);
    return runner.runOnce(
        "pause a queue of",
        transaction ->
            Boolean.TRUE.equals(
                transaction
                    .onNow(PAUSE)
                    .set("queue_name", queue)
                    .set("reason", Texts.safeOrNull(reason))
                    .first(row -> row.flag("is_changed"))));
  }

  @Override
  public boolean resume(String queue) {
    return runner.runOnce(
        "resume a queue of",
        transaction -> {
          var resumed =
              Boolean.TRUE.equals(
                  transaction
                      .onNow(RESUME)
                      .set("queue_name", queue)
                      .first(row -> row.flag("is_changed")));
          if (resumed) {
            transaction.bringWork();
          }
          return resumed;
        });
  }

  @Override
  public List<Pause> pauses() {
    return runner.run(
        "look at the queues of",
        transaction ->
            transaction
                .on(PAUSES)
                .list(row ->
                    new Pause(
                        row.text("queue_name"),
                        Times.timeOrNull(row, "paused_at"),
                        row.textOrNull("reason"))));
  }
}
