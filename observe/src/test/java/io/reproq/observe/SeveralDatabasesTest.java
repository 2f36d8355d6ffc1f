package io.reproq.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.reproq.EnqueueOptions;
import io.reproq.PermanentFailure;
import io.reproq.Reproq;
import io.reproq.ReproqBuilder;
import io.reproq.clock.TimeSource;
import io.reproq.store.ForwardingStore;
import io.reproq.store.QueueStatus;
import io.reproq.store.StoreException;
import io.reproq.store.TaskStore;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class SeveralDatabasesTest {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final WorkerMetrics worker = new WorkerMetrics(registry, TimeSource.system());
  private final OperationMetrics operations = new OperationMetrics(registry, TimeSource.system());
  private final TaskMetrics tasks = new TaskMetrics(registry, TimeSource.system());

  @Test
  void gauges_are_sums_over_all_databases() throws Exception {
    try (var first = observed(Reproq.builder()).open();
        var second = observed(Reproq.builder()).open()) {
      first.enqueueAll(Observed.ECHO, List.of("a", "b"), EnqueueOptions.DEFAULT);
      second.enqueueAll(Observed.ECHO, List.of("c", "d", "e"), EnqueueOptions.DEFAULT);
      second.store().queues().pause("mail", null);
      for (var reproq : List.of(first, second)) {
        reproq.handle(
            Observed.FAIL,
            (context, text) -> {
              throw new PermanentFailure("broken");
            });
        reproq.enqueue(Observed.FAIL, "f");
        reproq.start();
      }

      await()
          .atMost(Observed.SOON)
          .untilAsserted(() -> {
            assertThat(value("reproq_tasks_failed")).isEqualTo(2);
            assertThat(value("reproq_queue_depth")).isEqualTo(5);
            assertThat(value("queue_depth")).isEqualTo(5);
            assertThat(value("reproq_workers")).isEqualTo(2);
            assertThat(value("reproq_queues_paused")).isEqualTo(1);
          });
      assertThat(value("reproq_db_pool_connections_in_use")).isZero();
      assertThat(value("reproq_db_pool_wait_count_total")).isZero();
    }
  }

  @Test
  void a_sum_is_not_known_while_one_database_is_not() {
    var isAway = new AtomicBoolean(true);
    try (var well = observed(Reproq.builder()).open();
        var other = observed(Reproq.builder().around(store -> new Away(store, isAway))).open()) {
      well.enqueue(Observed.ECHO, "a");
      other.enqueue(Observed.ECHO, "b");

      await()
          .during(Duration.ofSeconds(1))
          .atMost(Observed.SOON)
          .until(() -> registry.scrape().contains("reproq_queue_depth NaN"));
      isAway.set(false);
      await().atMost(Observed.SOON).until(() -> value("reproq_queue_depth") == 2);
    }
  }

  private ReproqBuilder observed(ReproqBuilder builder) {
    return tasks.on(operations.on(worker.on(builder.dsn("memory:").concurrency(2))));
  }

  private double value(String name) {
    return Exposition.parse(registry.scrape()).value(name);
  }

  private static final class Away extends ForwardingStore {
    private final AtomicBoolean isAway;

    Away(TaskStore store, AtomicBoolean isAway) {
      super(store);
      this.isAway = isAway;
    }

    @Override
    public Map<QueueStatus, Long> counts() {
      if (isAway.get()) {
        throw new StoreException("the database is away", true, null);
      }
      return super.counts();
    }
  }
}
