package io.reproq.observe;

import static io.reproq.observe.Observed.ECHO;
import static io.reproq.observe.Observed.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.reproq.EnqueueOptions;
import io.reproq.Reproq;
import io.reproq.clock.TimeSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class WorkerMetricsTest {
  private static final Map<String, Shape> CONTRACT =
      Map.ofEntries(
          Map.entry("reproq_tasks_processed_total", new Shape("counter", "status", "queue")),
          Map.entry("reproq_tasks_claimed_total", new Shape("counter", "queue")),
          Map.entry("reproq_tasks_completed_total", new Shape("counter", "queue", "status")),
          Map.entry("reproq_claim_duration_seconds", new Shape("histogram", "queue")),
          Map.entry("reproq_exec_duration_seconds", new Shape("histogram", "queue")),
          Map.entry("reproq_queue_wait_duration_seconds", new Shape("histogram", "queue")),
          Map.entry("reproq_db_operation_duration_seconds", new Shape("histogram", "operation")),
          Map.entry("reproq_worker_cpu_usage_percent", new Shape("gauge")),
          Map.entry("reproq_worker_mem_usage_bytes", new Shape("gauge")),
          Map.entry("reproq_db_pool_connections_in_use", new Shape("gauge")),
          Map.entry("reproq_db_pool_wait_count_total", new Shape("counter")),
          Map.entry("reproq_queue_depth", new Shape("gauge")),
          Map.entry("reproq_tasks_running", new Shape("gauge")),
          Map.entry("reproq_workers", new Shape("gauge")),
          Map.entry("reproq_concurrency_in_use", new Shape("gauge")),
          Map.entry("reproq_concurrency_limit", new Shape("gauge")),
          Map.entry("reproq_queues_paused", new Shape("gauge")),
          Map.entry("reproq_concurrency_blocked_tasks", new Shape("gauge")));

  @Test
  void names_types_and_labels_are_those_that_dashboards_know() throws Exception {
    try (var observed = Observed.open().withWork()) {
      var shapes = new TreeMap<String, Shape>();
      observed
          .scrape()
          .families()
          .forEach((name, family) -> shapes.put(name, new Shape(family.type(), family.labels())));
      shapes.keySet().removeIf(name -> !name.startsWith("reproq_"));
      // Micrometer adds to each histogram the longest of the last minutes.
      CONTRACT.forEach((name, shape) -> shapes.remove(name + "_max"));
      shapes
          .keySet()
          .removeAll(
              Set.of(
                  "reproq_tasks_failed",
                  "reproq_tasks_reclaimed_total",
                  "reproq_attempts_lost_total"));

      assertThat(shapes).isEqualTo(new TreeMap<>(CONTRACT));
    }
  }

  @Test
  void attempts_are_counted_by_queue_and_status() throws Exception {
    try (var observed = Observed.open().withWork()) {
      var seen = observed.scrape();

      for (var name : Set.of("reproq_tasks_processed_total", "reproq_tasks_completed_total")) {
        assertThat(seen.value(name, "queue", "default", "status", "success")).isEqualTo(2);
        assertThat(seen.value(name, "queue", "default", "status", "failure")).isEqualTo(1);
        assertThat(seen.value(name, "queue", "mail", "status", "success")).isEqualTo(1);
      }
      assertThat(seen.value("reproq_tasks_claimed_total", "queue", "default")).isEqualTo(3);
      assertThat(seen.value("reproq_exec_duration_seconds_count", "queue", "mail")).isEqualTo(1);
      assertThat(seen.value("reproq_queue_wait_duration_seconds_count", "queue", "default"))
          .isEqualTo(3);
      assertThat(seen.value("reproq_worker_mem_usage_bytes")).isGreaterThan(1_000_000);
    }
  }

  @Test
  void histograms_have_the_buckets_that_dashboards_know() throws Exception {
    try (var observed = Observed.open().withWork()) {
      assertThat(bounds(observed, "reproq_exec_duration_seconds"))
          .containsExactly(
              "0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1.0", "2.5", "5.0", "10.0",
              "+Inf");
      assertThat(bounds(observed, "reproq_queue_wait_duration_seconds"))
          .containsExactly(
              "1.0", "2.0", "4.0", "8.0", "16.0", "32.0", "64.0", "128.0", "256.0", "512.0",
              "+Inf");
    }
  }

  @Test
  void calls_to_the_database_are_timed_by_their_kind() throws Exception {
    try (var observed = Observed.open().withWork()) {
      for (var operation :
          Set.of("claim", "heartbeat", "reclaim", "complete_success", "complete_failure")) {
        await()
            .atMost(SOON)
            .until(() ->
                observed
                        .scrape()
                        .value("reproq_db_operation_duration_seconds_count", "operation", operation)
                    >= 1);
      }
      assertThat(observed.scrape().value("reproq_claim_duration_seconds_count", "queue", "mail"))
          .isGreaterThanOrEqualTo(1);
    }
  }

  @Test
  void gauges_tell_how_the_database_stands() throws Exception {
    var busy = new CountDownLatch(2);
    var done = new CountDownLatch(1);
    var registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    var builder = Reproq.builder().dsn("memory:").concurrency(3).queues("default");
    try (var reproq = new WorkerMetrics(registry, TimeSource.system()).on(builder).open()) {
      reproq.handle(
          ECHO,
          (context, text) -> {
            busy.countDown();
            done.await();
            return text;
          });
      reproq.store().queues().pause("paused", null);
      reproq.enqueueAll(
          ECHO, List.of("a", "b", "c", "d"), EnqueueOptions.DEFAULT.concurrency("k", 2));
      reproq.enqueue(ECHO, "e", EnqueueOptions.DEFAULT.queue("paused"));
      reproq.start();
      busy.await();

      await()
          .atMost(SOON)
          .until(() -> read(registry).value("reproq_concurrency_blocked_tasks") == 2);
      var seen = read(registry);
      assertThat(seen.value("reproq_queue_depth")).isEqualTo(3);
      assertThat(seen.value("reproq_tasks_running")).isEqualTo(2);
      assertThat(seen.value("reproq_concurrency_in_use")).isEqualTo(2);
      assertThat(seen.value("reproq_concurrency_limit")).isEqualTo(3);
      assertThat(seen.value("reproq_workers")).isEqualTo(1);
      assertThat(seen.value("reproq_queues_paused")).isEqualTo(1);
      done.countDown();
    }
  }

  private static Exposition read(PrometheusMeterRegistry registry) {
    return Exposition.parse(registry.scrape());
  }

  private static List<String> bounds(Observed observed, String histogram) {
    return observed
        .scrape()
        .samples()
        .filter(sample -> sample.name().equals(histogram + "_bucket"))
        .filter(sample -> "default".equals(sample.labels().get("queue")))
        .map(sample -> sample.labels().getOrDefault("le", ""))
        .toList();
  }

  private record Shape(String type, Set<String> labels) {
    Shape(String type, String... labels) {
      this(type, Set.of(labels));
    }
  }
}
