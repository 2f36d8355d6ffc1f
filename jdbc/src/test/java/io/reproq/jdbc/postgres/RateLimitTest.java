package io.reproq.jdbc.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.clock.TimeSource;
import io.reproq.store.ClaimAnswer;
import io.reproq.store.RateLimit;
import io.reproq.store.StoreProvider.Settings;
import io.reproq.store.TaskStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Rate limits under real time, with several sessions at once, and as plain SQL sees them.
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(120)
final class RateLimitTest {
  private static final TestDatabase DATABASE = TestServer.fresh();
  private static final int THREADS = 6;

  private TaskStore store;

  @BeforeEach
  void open() {
    store = DATABASE.openEmpty(Settings.defaults());
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void six_threads_never_start_more_than_one_bucket_gives() throws Exception {
    var limit = new RateLimit("queue:default", 400, 20);
    Actors.enqueue(store, 4000);
    store.limits().set(limit);

    var starts = startsWithin(Duration.ofSeconds(4));

    // Starts carry the time at which their claim began, which is before it had the bucket; so the
    // first span that is looked at is from any start on, and a claim may wait for five others.
    var slack = 5 * 20;
    for (var from = 0; from < starts.size(); from += 7) {
      for (var to = from; to < starts.size(); to += 5) {
        var micros = starts.get(to) - starts.get(from);
        assertThat(to - from + 1)
            .as("starts within %d us", micros)
            .isLessThanOrEqualTo(
                (int) (limit.burst() + limit.tokensPerSecond() * micros / 1e6) + slack);
      }
    }
    var seconds = (starts.getLast() - starts.getFirst()) / 1e6;
    assertThat(starts.size())
        .isLessThanOrEqualTo((int) (limit.burst() + limit.tokensPerSecond() * (seconds + 0.5)))
        .isGreaterThan((int) (0.8 * limit.tokensPerSecond() * seconds));
  }

  @Test
  void no_token_is_ever_given_twice() throws Exception {
    Actors.enqueue(store, 600);
    store.limits().set(new RateLimit("global", 0.000001, 101));

    assertThat(startsWithin(Duration.ofSeconds(1))).hasSize(101);
    assertThat(DATABASE.sql("SELECT current_tokens < 0.01 FROM rate_limits")).containsExactly("t");
  }

  @Test
  void plain_sql_sets_a_limit_that_is_full() {
    DATABASE.sql(
        "INSERT INTO rate_limits (key, tokens_per_second, burst_size) VALUES ('queue:default',"
            + " 0.001, 3)");
    Actors.enqueue(store, 5);

    assertThat(claimAll(Actors.join(store))).isEqualTo(3);
    assertThat(DATABASE.sql("SELECT current_tokens FROM rate_limits WHERE key = 'queue:default'"))
        .containsExactly("0");
  }

  @Test
  void plain_sql_sets_a_limit_again_as_the_reference_does() {
    for (var rate : List.of("5", "7.5")) {
      DATABASE.sql(
          "INSERT INTO rate_limits (key, tokens_per_second, burst_size, current_tokens,"
              + " last_refilled_at) VALUES ('task:a', "
              + rate
              + ", 4, 4, now())"
              + " ON CONFLICT (key) DO UPDATE SET tokens_per_second = EXCLUDED.tokens_per_second,"
              + " burst_size = EXCLUDED.burst_size, current_tokens = EXCLUDED.current_tokens,"
              + " last_refilled_at = EXCLUDED.last_refilled_at");
    }

    assertThat(
            DATABASE.sql(
                "SELECT tokens_per_second, burst_size, current_tokens FROM rate_limits WHERE key ="
                    + " 'task:a'"))
        .containsExactly("7.5|4|4");
  }

  @Test
  void plain_sql_may_give_and_take_tokens() {
    store.limits().set(new RateLimit("global", 0.001, 10));
    DATABASE.sql("UPDATE rate_limits SET current_tokens = 2");
    Actors.enqueue(store, 20);
    var worker = Actors.join(store);

    assertThat(claimAll(worker)).isEqualTo(2);
    DATABASE.sql("UPDATE rate_limits SET current_tokens = 1e9");
    assertThat(claimAll(worker)).isEqualTo(10);
  }

  @Test
  void a_rate_that_plain_sql_raises_adds_nothing_for_the_past() {
    store.limits().set(new RateLimit("global", 0.001, 1000));
    DATABASE.sql(
        "UPDATE rate_limits SET current_tokens = 0, last_refilled_at = now() - interval '1 hour'");
    DATABASE.sql("UPDATE rate_limits SET tokens_per_second = 10");
    Actors.enqueue(store, 300);

    // One hour at the old rate are four.
    assertThat(claimAll(Actors.join(store))).isBetween(3, 100);
  }

  @Test
  void who_waits_goes_on_when_plain_sql_removes_the_limit() throws Exception {
    store.limits().set(new RateLimit("global", 0.001, 1));
    Actors.enqueue(store, 5);
    var worker = Actors.join(store);
    assertThat(claimAll(worker)).isEqualTo(1);
    var heard = new CountDownLatch(1);
    store.onWork(heard::countDown);

    DATABASE.sql("DELETE FROM rate_limits");

    assertThat(heard.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(claimAll(worker)).isEqualTo(4);
  }

  /// Claims in several threads for a while.
  ///
  /// @return the starts as the database has them, in ascending order, microseconds
  private List<Long> startsWithin(Duration span) throws Exception {
    var time = TimeSource.system();
    var end = time.nanoTime() + span.toNanos();
    try (var threads = Executors.newFixedThreadPool(THREADS)) {
      var claimers = new ArrayList<Callable<Integer>>();
      for (var i = 0; i < THREADS; i++) {
        claimers.add(() -> {
          var worker = Actors.join(store);
          var count = 0;
          while (time.nanoTime() < end) {
            count += Actors.claim(store, worker, 20).size();
          }
          return count;
        });
      }
      for (var claimer : threads.invokeAll(claimers)) {
        claimer.get();
      }
    }
    return DATABASE
        .sql(
            "SELECT (extract(epoch FROM last_attempted_at) * 1000000)::bigint FROM reproq.running"
                + " ORDER BY 1")
        .stream()
        .map(Long::parseLong)
        .toList();
  }

  private int claimAll(UUID worker) {
    var count = 0;
    while (Actors.tryClaim(store, worker, 100) instanceof ClaimAnswer.Taken taken
        && (taken.moved() || !taken.tasks().isEmpty())) {
      count += taken.tasks().size();
    }
    return count;
  }
}
