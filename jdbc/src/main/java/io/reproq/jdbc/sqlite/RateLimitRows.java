package io.reproq.jdbc.sqlite;

import io.reproq.jdbc.Queries;
import io.reproq.jdbc.Query;
import io.reproq.store.RateLimit;
import io.reproq.store.RateLimits;
import io.reproq.store.TokenBucket;
import java.util.List;

/// The limits as rows.
final class RateLimitRows implements RateLimits {
  static final Queries SQL = Queries.of(RateLimitRows.class, "limits.sql");
  private static final Query PUT = SQL.get("put_limit");
  private static final Query REMOVE = SQL.get("remove_limit");
  private static final Query LIMITS = SQL.get("limits");

  private final Writer writer;
  private final Readers readers;

  RateLimitRows(Writer writer, Readers readers) {
    this.writer = writer;
    this.readers = readers;
  }

  @Override
  public void set(RateLimit limit) {
    writer.write(
        "set a rate limit in",
        transaction -> {
          transaction.bringWork();
          return transaction
              .on(PUT)
              .set("key", limit.key())
              .set("rate", Double.toString(limit.tokensPerSecond()))
              .set("burst", limit.burst())
              .set("now", transaction.micros())
              .update();
        });
  }

  @Override
  public boolean remove(String key) {
    return writer.write(
        "remove a rate limit from",
        transaction -> {
          transaction.bringWork();
          return transaction.on(REMOVE).set("key", key).update() > 0;
        });
  }

  @Override
  public List<Level> list() {
    return readers.read(
        "list the rate limits of",
        source ->
            source
                .on(LIMITS)
                .list(row ->
                    new Level(
                        row.text("key"),
                        Double.parseDouble(row.text("rate")),
                        row.integer("burst_size"),
                        row.number("micro_tokens") / (double) TokenBucket.TOKEN,
                        Micros.time(row.number("refilled_micros")))));
  }
}
