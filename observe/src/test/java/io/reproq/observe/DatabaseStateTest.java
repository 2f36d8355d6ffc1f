package io.reproq.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.ReproqBuilder;
import io.reproq.dsn.Dsn;
import io.reproq.store.StoreProvider.Settings;
import io.reproq.store.TaskStore;
import io.reproq.store.WorkerInfo;
import io.reproq.testkit.SettableClock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class DatabaseStateTest {
  private final SettableClock clock = new SettableClock();
  private final TaskStore store =
      ReproqBuilder.open(Dsn.parse("memory:"), Settings.defaults().withTime(clock));

  @Test
  void a_worker_whose_lease_is_over_is_not_counted() {
    join("anna", 3);
    var ben = join("ben", 4);
    assertThat(DatabaseState.of(store, clock.now()))
        .returns(2, DatabaseState::workers)
        .returns(7, DatabaseState::slots);

    clock.advance(Duration.ofSeconds(16));
    store.renew(ben);

    assertThat(DatabaseState.of(store, clock.now()))
        .returns(1, DatabaseState::workers)
        .returns(4, DatabaseState::slots);
  }

  @Test
  void where_nobody_was_heard_of_for_long_no_worker_is_counted() {
    join("anna", 3);

    clock.advance(Duration.ofMinutes(2));

    assertThat(DatabaseState.of(store, clock.now()).workers()).isZero();
  }

  @Test
  void a_clock_that_differs_a_little_kills_nobody() {
    join("anna", 3);

    assertThat(DatabaseState.of(store, clock.now().plusSeconds(25)).workers()).isEqualTo(1);
  }

  private UUID join(String name, int concurrency) {
    var incarnation = UUID.randomUUID();
    store.join(
        new WorkerInfo(
            incarnation,
            name,
            "host",
            concurrency,
            List.of("default"),
            Set.of(),
            Duration.ofSeconds(15),
            Duration.ofSeconds(5),
            "test"));
    return incarnation;
  }
}
