package io.reproq.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.reproq.store.ForwardingStore;
import io.reproq.store.QueueStatus;
import io.reproq.task.Spec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Which queues a worker asks, and how it shares its room between them.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class EngineQueuesTest extends EngineStage {
  private final List<String> ran = new ArrayList<>();

  @ParameterizedTest
  @CsvSource({"1, 900", "10, 900", "64, 1920"})
  void weights_decide_how_much_of_each_queue_is_run(int concurrency, int tasks) {
    var worker =
        asking("a", "b", "c")
            .weight("a", 5)
            .weight("b", 3)
            .concurrency(concurrency)
            .enter(store, clock);
    for (var queue : List.of("a", "b", "c")) {
      enqueue(Spec.of("greet").queue(queue), tasks);
    }

    while (ran.size() < tasks) {
      worker.claim();
      worker.run();
      worker.settle();
    }

    assertThat(share("a")).isCloseTo(5 / 9.0, within(0.02));
    assertThat(share("b")).isCloseTo(3 / 9.0, within(0.02));
    assertThat(share("c")).isCloseTo(1 / 9.0, within(0.02));
  }

  @Test
  void a_glob_means_every_queue_that_matches() {
    var worker = asking("mail-*", "default").enter(store, clock);
    for (var queue : List.of("mail-1", "mail-", "default", "mail", "email-1", "other")) {
      enqueue(Spec.of("greet").queue(queue));
    }

    worker.work();

    assertThat(ran).containsExactlyInAnyOrder("mail-1", "mail-", "default");
  }

  @Test
  void what_means_something_elsewhere_means_itself_in_a_glob() {
    var worker = asking("a.[b]?").enter(store, clock);
    for (var queue : List.of("a.[b]c", "axbc", "a.[b]", "a.[b]cd")) {
      enqueue(Spec.of("greet").queue(queue));
    }

    worker.work();

    assertThat(ran).containsExactly("a.[b]c");
  }

  @Test
  void the_weight_of_a_glob_holds_for_each_match_and_a_name_goes_before_it() {
    var worker =
        asking("mail-*", "mail-slow", "c").weight("mail-*", 4).concurrency(10).enter(store, clock);
    for (var queue : List.of("mail-1", "mail-2", "mail-slow", "c")) {
      enqueue(Spec.of("greet").queue(queue), 10);
    }

    worker.claim();
    worker.run();

    assertThat(List.of(count("mail-1"), count("mail-2"), count("mail-slow"), count("c")))
        .containsExactly(4, 4, 1, 1);
  }

  @Test
  void a_new_queue_that_matches_is_asked_by_an_idle_worker_at_its_next_claim() {
    var worker = asking("mail-*").enter(store, clock);
    worker.work();
    clock.advance(Duration.ofMillis(100));
    enqueue(Spec.of("greet").queue("mail-new"));

    worker.work();

    assertThat(ran).containsExactly("mail-new");
  }

  @Test
  void a_worker_that_looked_for_queues_just_now_looks_again_soon() {
    var worker = asking("mail-*").enter(store, clock);
    worker.claim();
    worker.claim();
    clock.advance(Duration.ofMillis(30));
    enqueue(Spec.of("greet").queue("mail-new"));

    assertThat(worker.claim().retryIn()).isEqualTo(Duration.ofMillis(70));
    clock.advance(Duration.ofMillis(70));

    assertThat(worker.claim().count()).isEqualTo(1);
  }

  @Test
  void a_new_queue_is_asked_within_a_second_by_a_busy_worker() {
    var worker = asking("mail-*").concurrency(2).enter(store, clock);
    enqueue(Spec.of("greet").queue("mail-1"), 1000);
    worker.claim();
    enqueue(Spec.of("greet").queue("mail-new"), 10);
    worker.run();

    for (var i = 0; i < 12; i++) {
      clock.advance(Duration.ofMillis(100));
      worker.claim();
      worker.run();
      worker.settle();
    }

    assertThat(ran).contains("mail-new");
  }

  @Test
  void queues_are_not_looked_for_at_every_claim() {
    var looks = new AtomicInteger();
    var counting =
        new ForwardingStore(store) {
          @Override
          public Map<QueueStatus, Long> counts() {
            looks.incrementAndGet();
            return super.counts();
          }
        };
    var worker = asking("mail-*").concurrency(1).enter(counting, clock);
    enqueue(Spec.of("greet").queue("mail-1"), 500);

    worker.work();

    assertThat(ran).hasSize(500);
    assertThat(looks).hasValueLessThanOrEqualTo(2);
  }

  @Test
  void a_weight_for_a_queue_that_is_not_asked_is_refused() {
    assertThatThrownBy(() -> asking("mail").weight("mial", 3).enter(store, clock))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the weight of 'mial' is for none of the queues [mail]");
    assertThatThrownBy(() -> asking("mail").weight("mail", 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("weight of queue mail must be from 1 to 1000, was 0");
  }

  private ManualWorker.Builder asking(String... queues) {
    return ManualWorker.of("w")
        .queues(queues)
        .handle(
            "greet",
            attempt -> {
              ran.add(attempt.spec().queue());
              return DONE;
            });
  }

  private int count(String queue) {
    return Collections.frequency(ran, queue);
  }

  private double share(String queue) {
    return count(queue) / (double) ran.size();
  }
}
