package io.reproq.jdbc.postgres;

import io.reproq.jdbc.Queries;
import io.reproq.jdbc.Query;
import io.reproq.store.RateLimit;
import io.reproq.store.RateLimits;
import io.reproq.store.TokenBucket;
import java.util.List;

/// The limits as rows. Those who wait are told by the table itself, whoever writes it.
final class RateLimitRows implements RateLimits {
  private static final Queries SQL = Queries.of(RateLimitRows.class, "limits.sql");
  private static final Query SET = SQL.get("set_limit");
  private static final Query REMOVE = SQL.get("remove_limit");
  private static final Query LIMITS = SQL.get("limits");

  private final Runner runner;

  RateLimitRows(Runner runner) {
    this.runner = runner;
  }

  @Override
  public void set(RateLimit limit) {
    runner.run(
        "set a rate limit in",
        transaction -> {
          transaction.bringWork();
          return transaction
              .onNow(SET)
              .set("key", limit.key())
              .set("rate", limit.tokensPerSecond())
              .set("burst", limit.burst())
              .update();
        });
  }

  @Override
  public boolean remove(String key) {
    return runner.run(
        "remove a rate limit from",
        transaction -> {
          transaction.bringWork();
          return transaction.on(REMOVE).set("key", key).update() > 0;
        });
  }

  @Override
  public List<Level> list() {
    return runner.run(
        "list the rate limits of",
        transaction ->
            transaction
                .on(LIMITS)
                .list(row ->
                    new Level(
                        row.text("key"),
                        Double.parseDouble(row.text("rate")),
                        row.integer("burst_size"),
                        row.number("micro_tokens") / (double) TokenBucket.TOKEN,
                        Times.time(row, "last_refilled_at"))));
  }
}
