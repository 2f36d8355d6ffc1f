package io.reproq.jdbc.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.reproq.store.ClaimAnswer;
import io.reproq.store.ClaimRequest;
import io.reproq.store.ClaimRequest.Quota;
import io.reproq.store.ClaimRequest.Routing;
import io.reproq.store.RateLimit;
import io.reproq.store.TaskStore;
import io.reproq.task.ClaimId;
import io.reproq.task.Spec;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The table of rate limits, as any client of SQLite sees it.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class RateLimitTest {
  @TempDir private Path folder;
  private Fixture file;
  private TaskStore store;
  private long claims;

  @BeforeEach
  void open() {
    file = new Fixture(folder);
    store = file.open();
  }

  @AfterEach
  void close() {
    file.close();
  }

  @Test
  void plain_sql_sets_a_limit_that_is_full() throws Exception {
    file.sql(
        "INSERT INTO rate_limits (key, tokens_per_second, burst_size)"
            + " VALUES ('queue:default', 0.001, 3)");

    assertThat(claimed(10)).isEqualTo(3);
    assertThat(file.sql("SELECT current_tokens FROM rate_limits WHERE key = 'queue:default'"))
        .containsExactly("0.0");
  }

  @Test
  void plain_sql_sets_a_limit_again_as_the_reference_does() throws Exception {
    for (var rate : List.of("5", "7.5")) {
      file.sql(
          "INSERT INTO rate_limits (key, tokens_per_second, burst_size, current_tokens)"
              + " VALUES ('task:a', "
              + rate
              + ", 4, 4) ON CONFLICT (key) DO UPDATE SET"
              + " tokens_per_second = EXCLUDED.tokens_per_second,"
              + " current_tokens = EXCLUDED.current_tokens");
    }

    assertThat(
            file.sql(
                "SELECT tokens_per_second, burst_size, current_tokens, last_refilled_at GLOB"
                    + " '????-??-?? ??:??:??.??????' FROM rate_limits WHERE key = 'task:a'"))
        .containsExactly("7.5|4|4.0|1");
  }

  @Test
  void plain_sql_may_give_and_take_tokens() throws Exception {
    store.limits().set(new RateLimit("global", 0.001, 10));
    file.sql("UPDATE rate_limits SET current_tokens = 2");

    assertThat(claimed(30)).isEqualTo(2);
    file.sql("UPDATE rate_limits SET current_tokens = 1000");
    assertThat(claimed(0)).isEqualTo(10);
  }

  @Test
  void a_rate_that_plain_sql_raises_adds_nothing_for_the_past() throws Exception {
    store.limits().set(new RateLimit("global", 0.001, 1000));
    file.sql("UPDATE rate_limits SET current_tokens = 0");
    file.sql("UPDATE rate_limits SET refilled_micros = refilled_micros - 3600 * 1000000");
    file.sql("UPDATE rate_limits SET tokens_per_second = 10");

    assertThat(claimed(300)).isBetween(0, 100);
  }

  @Test
  void who_waits_goes_on_when_plain_sql_removes_the_limit() throws Exception {
    store.limits().set(new RateLimit("global", 0.001, 1));
    assertThat(claimed(5)).isEqualTo(1);

    file.sql("DELETE FROM rate_limits");

    assertThat(claimed(0)).isEqualTo(4);
  }

  @Test
  void what_means_nothing_is_refused() {
    for (var values : List.of("'global2', -1, 1", "'global2', 1, -1", "'', 1, 1")) {
      assertThatExceptionOfType(SQLException.class)
          .isThrownBy(() ->
              file.sql(
                  "INSERT INTO rate_limits (key, tokens_per_second, burst_size) VALUES ("
                      + values
                      + ")"))
          .withMessageContaining("CHECK constraint failed");
    }
  }

  /// How many start when so many are enqueued, those that waited before included.
  private int claimed(int enqueued) {
    var worker = Fixture.join(store);
    for (var i = 0; i < enqueued; i++) {
      Fixture.enqueue(store, Spec.of(Fixture.GREET));
    }
    var count = 0;
    while (claim(worker) instanceof ClaimAnswer.Taken taken
        && (taken.moved() || !taken.tasks().isEmpty())) {
      count += taken.tasks().size();
    }
    return count;
  }

  private ClaimAnswer claim(UUID worker) {
    claims++;
    return store.claim(
        new ClaimRequest(
            new ClaimId(worker, claims),
            List.of(new Quota(Spec.DEFAULT_QUEUE, 100)),
            new Routing(Set.of(Fixture.GREET), false)));
  }
}
