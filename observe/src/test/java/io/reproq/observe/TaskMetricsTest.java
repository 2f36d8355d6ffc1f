package io.reproq.observe;

import static io.reproq.observe.Observed.ECHO;
import static io.reproq.observe.Observed.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.reproq.EnqueueOptions;
import io.reproq.Reproq;
import io.reproq.clock.TimeSource;
import io.reproq.retry.RetryPolicy;
import io.reproq.workflow.Workflow;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class TaskMetricsTest {
  private static final String TASK = "task";

  @Test
  void tasks_are_counted_by_path_and_end() throws Exception {
    try (var observed = Observed.open().withWork()) {
      var seen = observed.scrape();

      assertThat(seen.value("tasks_scheduled_total", TASK, "sample.echo")).isEqualTo(3);
      assertThat(seen.value("tasks_scheduled_total", TASK, "sample.fail")).isEqualTo(1);
      assertThat(seen.value("tasks_completed_total", TASK, "sample.echo")).isEqualTo(3);
      assertThat(seen.value("tasks_failed_total", TASK, "sample.fail")).isEqualTo(1);
      assertThat(
              seen.value("task_latency_seconds_count", TASK, "sample.echo", "status", "successful"))
          .isEqualTo(3);
      assertThat(seen.value("tasks_running", TASK, "sample.echo")).isZero();
      assertThat(seen.type("task_latency_seconds")).isEqualTo("histogram");
      assertThat(seen.type("tasks_running")).isEqualTo("gauge");
      await().atMost(SOON).until(() -> observed.scrape().value("queue_depth") == 0);
    }
  }

  @Test
  void retries_cancels_and_members_of_workflows_are_counted() throws Exception {
    var registry = new SimpleMeterRegistry();
    var builder = Reproq.builder().dsn("memory:");
    try (var reproq = new TaskMetrics(registry, TimeSource.system()).on(builder).open()) {
      var running = new CountDownLatch(1);
      reproq.handle(
          ECHO,
          (context, text) -> {
            if (text.equals("hang")) {
              running.countDown();
              new CountDownLatch(1).await();
            }
            if (text.equals("once") && context.attempt() == 1) {
              throw new IllegalStateException("not yet");
            }
            return text;
          });
      reproq.start();
      var again = RetryPolicy.DEFAULT.withBase(Duration.ofMillis(1));
      reproq.enqueue(ECHO, "once", EnqueueOptions.DEFAULT.retry(again)).await(SOON);
      reproq.enqueue(Workflow.chain(ECHO.step("a"), ECHO.step("b")));
      var hanging = reproq.enqueue(ECHO, "hang");
      running.await();
      reproq.cancel(hanging.resultId());

      await().atMost(SOON).until(() -> count(registry, "tasks_cancelled_total") == 1);
      await().atMost(SOON).until(() -> count(registry, "tasks_completed_total") == 3);
      assertThat(count(registry, "retry_count_total")).isEqualTo(1);
      assertThat(count(registry, "tasks_scheduled_total")).isEqualTo(4);
    }
  }

  @Test
  void a_label_has_no_more_values_than_a_registry_can_bear() {
    var labels = new Labels();
    for (var i = 0; i < 1000; i++) {
      labels.of("task" + i);
    }

    assertThat(labels.of("task0")).isEqualTo("task0");
    assertThat(labels.of("task199")).isEqualTo("task199");
    assertThat(labels.of("task200")).isEqualTo("other");
  }

  private static double count(SimpleMeterRegistry registry, String name) {
    var counter = registry.find(name).tag(TASK, "sample.echo").counter();
    return counter == null ? 0 : counter.count();
  }
}
