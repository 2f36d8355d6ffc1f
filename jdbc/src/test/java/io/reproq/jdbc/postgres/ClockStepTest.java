package io.reproq.jdbc.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.json.Json;
import io.reproq.store.StoreProvider.Settings;
import io.reproq.store.TaskStore;
import io.reproq.task.Outcome;
import io.reproq.task.TaskStatus;
import io.reproq.testkit.ManualWorker;
import io.reproq.testkit.SettableClock;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The database's clock is set while workers live whose machines keep their time.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class ClockStepTest {
  private static final TestDatabase DATABASE = TestServer.fresh();
  private static final Duration HEARTBEAT = Duration.ofSeconds(5);

  private final SettableClock databases = new SettableClock();
  private final SettableClock machines = new SettableClock();
  private TaskStore store;

  @BeforeEach
  void begin() {
    store = DATABASE.openEmpty(Settings.defaults().withTime(databases));
  }

  @AfterEach
  void end() {
    store.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {-3600, -20, 20, 3600})
  void takes_nobody_for_dead_and_stops_no_handler(int seconds) {
    var anna = worker("anna");
    var bert = worker("bert");
    var id = Actors.enqueue(store, 1).getFirst();
    anna.claim();
    anna.reclaim();
    bert.reclaim();

    for (var step = 0; step < 4; step++) {
      databases.stepWall(Duration.ofSeconds(step % 2 == 0 ? seconds : -seconds / 2));
      assertThat(anna.reclaim()).isEmpty();
      assertThat(bert.reclaim()).isEmpty();
      databases.advance(HEARTBEAT);
      anna.tick(HEARTBEAT);
      bert.tick(HEARTBEAT);
    }

    assertThat(anna.running()).hasSize(1).noneMatch(attempt -> attempt.isStopping());
    assertThat(store.workers()).hasSize(2);
    anna.run();
    anna.settle();
    var run = Actors.get(store, id);
    assertThat(run.standing().status()).isEqualTo(TaskStatus.SUCCESSFUL);
    assertThat(run.standing().attempts()).isOne();
  }

  private ManualWorker worker(String name) {
    return ManualWorker.of(name)
        .handle(Actors.GREET, attempt -> new Outcome.Succeeded(Json.NULL))
        .enter(store, machines);
  }
}
