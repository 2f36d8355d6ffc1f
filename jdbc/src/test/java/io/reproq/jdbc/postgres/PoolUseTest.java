package io.reproq.jdbc.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reproq.store.StoreProvider.Settings;
import io.reproq.store.TaskStore;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// What a store tells of its connections.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class PoolUseTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final TestDatabase DATABASE = TestServer.fresh();

  private static final int CONNECTIONS = 2;

  @Test
  void lent_connections_and_those_who_wait_for_one_are_counted() throws Exception {
    try (var store = DATABASE.openEmpty(Settings.defaults())) {
      await().atMost(SOON).until(() -> store.pool().inUse() == 0);

      try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
        try (var barring = DATABASE.connect();
            var statement = barring.createStatement()) {
          barring.setAutoCommit(false);
          statement.execute("LOCK TABLE reproq.parked IN ACCESS EXCLUSIVE MODE");
          call(store, callers, CONNECTIONS);
          await().atMost(SOON).until(() -> store.pool().inUse() == CONNECTIONS);
          var before = store.pool();

          call(store, callers, 3);

          await().atMost(SOON).until(() -> store.pool().waits() == before.waits() + 3);
          assertThat(store.pool().inUse()).isEqualTo(CONNECTIONS);
          barring.rollback();
        }
      }

      await().atMost(SOON).until(() -> store.pool().inUse() == 0);
    }
  }

  private static void call(TaskStore store, ExecutorService callers, int times) {
    for (var time = 0; time < times; time++) {
      callers.execute(() -> store.countBlocked(1));
    }
  }
}
