package io.reproq.jdbc.sqlite;

import io.reproq.jdbc.Queries;
import io.reproq.jdbc.Query;
import io.reproq.store.Queues;
import io.reproq.store.Texts;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The paused queues of an SQLite file. Safe for use by many threads.
final class SqliteQueues implements Queues {
  private static final Queries SQL = Queries.of(SqliteQueues.class, "queues.sql");
  private static final Query WAS_PAUSED = SQL.get("was_paused");
  private static final Query PAUSE = SQL.get("pause");
  private static final Query RESUME = SQL.get("resume");
  private static final Query PAUSES = SQL.get("pauses");

  private final Writer writer;
  private final Readers readers;

  SqliteQueues(Writer writer, Readers readers) {
    this.writer = writer;
    this.readers = readers;
  }

  @Override
  public boolean pause(String queue, @Nullable String reason) {
    Queues.named(queue);
    return writer.write(
        "pause a queue of", transaction -> pause(transaction, queue, Texts.safeOrNull(reason)));
  }

  private static boolean pause(Transaction transaction, String queue, @Nullable String reason)
      throws SQLException {
    var before = transaction.on(WAS_PAUSED).set("queue_name", queue).number("paused");
    transaction
        .on(PAUSE)
        .set("queue_name", queue)
        .set("reason", reason)
        .set("now", transaction.micros())
        .update();
    return before == null || before == 0;
  }

  @Override
  public boolean resume(String queue) {
    return writer.write(
        "resume a queue of",
        transaction -> {
          var resumed =
              transaction
                  .on(RESUME)
                  .set("queue_name", queue)
                  .set("now", transaction.micros())
                  .update();
          if (resumed > 0) {
            transaction.bringWork();
          }
          return resumed > 0;
        });
  }

  @Override
  public List<Pause> pauses() {
    return readers.read(
        "look at the queues of",
        source ->
            source
                .on(PAUSES)
                .list(row ->
                    new Pause(
                        row.text("queue_name"),
                        Micros.timeOrNull(row.numberOrNull("paused_at")),
                        row.textOrNull("reason"))));
  }
}
