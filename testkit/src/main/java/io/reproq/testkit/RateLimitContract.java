package io.reproq.testkit;

import static io.reproq.testkit.TaskRunAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.reproq.store.ClaimAnswer;
import io.reproq.store.ClaimRequest.Quota;
import io.reproq.store.RateLimit;
import io.reproq.store.RateLimits;
import io.reproq.task.Spec;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What [io.reproq.store.TaskStore#limits] has to do, and what claims make of it.
abstract class RateLimitContract {
  private static final String OF_GREET = "task:" + Stage.GREET;

  private final Stage stage;

  RateLimitContract(Stage stage) {
    this.stage = stage;
  }

  @Test
  void a_new_store_limits_nothing() {
    enqueue(500);

    assertThat(stage.worker("anna").claim(500)).hasSize(500);
    assertThat(limits().list())
        .singleElement()
        .satisfies(level -> {
          assertThat(level.key()).isEqualTo("global");
          assertThat(level.tokensPerSecond()).isZero();
          assertThat(level.burst()).isEqualTo(1);
        });
  }

  @Test
  void a_limit_that_was_set_is_full() {
    limits().set(new RateLimit("queue:mail", 2.5, 10));

    assertThat(limits().list())
        .filteredOn(level -> level.key().equals("queue:mail"))
        .containsExactly(new RateLimits.Level("queue:mail", 2.5, 10, 10, SettableClock.START));
  }

  @Test
  void limits_are_listed_in_the_order_of_keys() {
    limits().set(new RateLimit("task:b", 1, 1));
    limits().set(new RateLimit("queue:z", 1, 1));
    limits().set(new RateLimit("task:A", 1, 1));

    assertThat(limits().list())
        .extracting(RateLimits.Level::key)
        .containsExactly("global", "queue:z", "task:A", "task:b");
  }

  @Test
  void setting_a_limit_again_replaces_it_and_fills_it() {
    limits().set(new RateLimit("global", 1, 3));
    enqueue(10);
    var anna = stage.worker("anna");
    assertThat(anna.claim(10)).hasSize(3);

    limits().set(new RateLimit("global", 1, 5));

    assertThat(anna.claim(10)).hasSize(5);
    assertThat(limits().list()).hasSize(1);
  }

  @Test
  void no_more_than_the_burst_starts_at_once() {
    limits().set(new RateLimit("global", 10, 7));
    enqueue(20);

    assertThat(stage.worker("anna").claim(20)).hasSize(7);
  }

  @Test
  void starts_are_exact_over_simulated_time() {
    limits().set(new RateLimit("global", 10, 1));
    enqueue(200);
    var anna = stage.worker("anna");

    var started = anna.claim(100).size();
    for (var step = 1; step <= 1000; step++) {
      stage.advance(Duration.ofMillis(7));
      started += anna.claim(100).size();
      // A whole token that waits for the next look drips no further: the burst is one.
      assertThat(started).as("after %d ms", step * 7).isLessThanOrEqualTo(1 + step * 7 / 100);
    }

    assertThat(started).isGreaterThanOrEqualTo(7000 / 105 - 1);
  }

  @Test
  void what_drips_in_between_two_looks_is_not_lost() {
    limits().set(new RateLimit("global", 10, 5));
    enqueue(200);
    var anna = stage.worker("anna");

    var started = anna.claim(100).size();
    for (var step = 1; step <= 1000; step++) {
      stage.advance(Duration.ofMillis(7));
      started += anna.claim(100).size();
      assertThat(started).as("after %d ms", step * 7).isEqualTo(5 + step * 7 / 100);
    }
  }

  @Test
  void a_rate_may_be_a_fraction() {
    limits().set(new RateLimit("global", 1 / 60.0, 1));
    enqueue(5);
    var anna = stage.worker("anna");

    assertThat(anna.claim(5)).hasSize(1);
    stage.advance(Duration.ofSeconds(59));
    assertThat(anna.claim(5)).isEmpty();
    stage.advance(Duration.ofSeconds(1));
    assertThat(anna.claim(5)).hasSize(1);
    stage.advance(Duration.ofHours(1));
    assertThat(anna.claim(5)).hasSize(1);
  }

  @Test
  void a_task_without_a_token_is_parked_under_its_limit() {
    limits().set(new RateLimit("queue:default", 1, 1));
    var ids = enqueue(2);

    var answer = claim(stage.worker("anna"));

    assertThat(answer.tasks()).hasSize(1);
    assertThat(answer.moved()).isTrue();
    assertThat(stage.get(ids.getLast())).isParkedUnder("rate:queue:default").hasAttempts(0);
  }

  @Test
  void a_claim_tells_when_the_next_token_comes() {
    limits().set(new RateLimit("global", 4, 1));
    enqueue(3);
    var anna = stage.worker("anna");
    anna.claim(3);
    stage.advance(Duration.ofMillis(100));

    assertThat(claim(anna).retryIn()).isEqualTo(Duration.ofMillis(150));
    stage.advance(Duration.ofMillis(150));
    assertThat(anna.claim(1)).hasSize(1);
    assertThat(claim(anna).retryIn()).isEqualTo(Duration.ofMillis(250));
  }

  @Test
  void a_claim_knows_of_no_token_that_nobody_waits_for() {
    limits().set(new RateLimit("global", 4, 1));
    enqueue(1);
    var anna = stage.worker("anna");
    anna.claim(1);

    assertThat(claim(anna).retryIn()).isNull();
    limits().set(new RateLimit("queue:mail", 4, 1));
    stage.enqueueAll(ClaimContract.tasks(3, Spec.of(Stage.GREET).queue("mail")));
    anna.claim(new Quota("mail", 3));
    assertThat(claim(anna).retryIn()).isNull();
  }

  @Test
  void idle_polling_uses_no_tokens() {
    limits().set(new RateLimit("global", 0.001, 5));
    var anna = stage.worker("anna");
    for (var i = 0; i < 50; i++) {
      assertThat(anna.claim(10)).isEmpty();
    }
    enqueue(10);

    assertThat(anna.claim(10)).hasSize(5);
    for (var i = 0; i < 50; i++) {
      assertThat(anna.claim(10)).isEmpty();
    }
    stage.advance(Duration.ofSeconds(1000));
    assertThat(anna.claim(10)).hasSize(1);
  }

  @Test
  void a_task_that_is_not_this_workers_uses_no_token() {
    limits().set(new RateLimit("global", 0.001, 1));
    stage.enqueue(Spec.of("sample.unknown"));
    var mine = stage.enqueue();

    assertThat(stage.worker("anna").claimOne().resultId()).isEqualTo(mine);
  }

  @Test
  void limited_tasks_do_not_stand_in_the_way_of_others() {
    limits().set(new RateLimit("task:sample.slow", 0.001, 1));
    stage.enqueueAll(ClaimContract.tasks(1000, Spec.of("sample.slow").priority(5)));
    var free = stage.enqueue();
    var anna = stage.handling("anna", "sample.slow", Stage.GREET);

    assertThat(anna.claim(10)).extracting(task -> task.resultId()).hasSize(2).contains(free);
  }

  @Test
  void the_best_of_those_that_wait_goes_first() {
    limits().set(new RateLimit("global", 1, 1));
    var ids = enqueue(3);
    var anna = stage.worker("anna");
    anna.claim(3);
    var urgent = stage.enqueue(Spec.of(Stage.GREET).priority(1));
    anna.claim(3);

    stage.advance(Duration.ofSeconds(1));
    assertThat(anna.claimOne().resultId()).isEqualTo(urgent);
    stage.advance(Duration.ofSeconds(1));
    assertThat(anna.claimOne().resultId()).isEqualTo(ids.get(1));
    stage.advance(Duration.ofSeconds(1));
    assertThat(anna.claimOne().resultId()).isEqualTo(ids.get(2));
  }

  @Test
  void a_paths_limit_goes_before_its_queues_and_that_before_the_global_one() {
    limits().set(new RateLimit("global", 1, 2));
    limits().set(new RateLimit("queue:mail", 1, 3));
    limits().set(new RateLimit(OF_GREET, 1, 4));
    var anna = stage.handling("anna", Stage.GREET, "sample.sum");
    stage.enqueueAll(ClaimContract.tasks(9, Spec.of(Stage.GREET).queue("mail")));
    stage.enqueueAll(ClaimContract.tasks(9, Spec.of("sample.sum").queue("mail")));
    stage.enqueueAll(ClaimContract.tasks(9, Spec.of("sample.sum")));

    assertThat(anna.claim(new Quota("mail", 20))).hasSize(4 + 3);
    assertThat(anna.claim(20)).hasSize(2);
  }

  @Test
  void a_rate_of_zero_exempts_from_no_other_limit() {
    limits().set(new RateLimit(OF_GREET, 0, 1));
    limits().set(new RateLimit("queue:default", 0, 1));
    limits().set(new RateLimit("global", 1, 2));
    enqueue(5);

    assertThat(stage.worker("anna").claim(5)).hasSize(2);
  }

  @Test
  void a_limit_that_limits_nothing_lets_everything_pass() {
    limits().set(new RateLimit("global", 0, 1));
    limits().set(new RateLimit("queue:other", 1, 1));
    enqueue(5);

    assertThat(stage.worker("anna").claim(5)).hasSize(5);
  }

  @Test
  void two_workers_share_a_limit() {
    limits().set(new RateLimit("global", 2, 3));
    enqueue(10);
    var anna = stage.worker("anna");
    var bert = stage.worker("bert");

    assertThat(anna.claim(2)).hasSize(2);
    assertThat(bert.claim(2)).hasSize(1);
    stage.advance(Duration.ofMillis(1500));
    assertThat(bert.claim(5)).hasSize(3);
    assertThat(anna.claim(5)).isEmpty();
  }

  @Test
  void queues_that_share_a_limit_get_tokens_in_the_order_they_are_asked() {
    limits().set(new RateLimit("global", 1, 1));
    stage.enqueueAll(ClaimContract.tasks(5, Spec.of(Stage.GREET).queue("a")));
    stage.enqueueAll(ClaimContract.tasks(5, Spec.of(Stage.GREET).queue("b")));
    var anna = stage.worker("anna");
    anna.tryClaim(new Quota("a", 5), new Quota("b", 5));

    for (var queue : List.of("b", "a", "b")) {
      stage.advance(Duration.ofSeconds(1));
      var other = queue.equals("a") ? "b" : "a";
      var answer = ScriptedWorker.taken(anna.tryClaim(new Quota(queue, 5), new Quota(other, 5)));
      assertThat(answer.tasks())
          .singleElement()
          .satisfies(task -> assertThat(ScriptedWorker.specOf(task).queue()).isEqualTo(queue));
    }
  }

  @Test
  void removing_a_limit_lets_those_that_wait_go_on_at_once() {
    limits().set(new RateLimit("queue:default", 0.001, 1));
    enqueue(20);
    var anna = stage.worker("anna");
    assertThat(anna.claim(20)).hasSize(1);

    assertThat(limits().remove("queue:default")).isTrue();

    assertThat(anna.claim(30)).hasSize(19);
    assertThat(limits().remove("queue:default")).isFalse();
  }

  @Test
  void switching_a_limit_off_lets_those_that_wait_go_on_at_once() {
    limits().set(new RateLimit("global", 0.001, 1));
    enqueue(5);
    var anna = stage.worker("anna");
    anna.claim(5);

    limits().set(new RateLimit("global", 0, 1));

    assertThat(anna.claim(5)).hasSize(4);
  }

  @Test
  void those_that_wait_for_a_limit_that_is_gone_meet_the_next_one() {
    limits().set(new RateLimit(OF_GREET, 0.001, 1));
    limits().set(new RateLimit("global", 0.001, 2));
    var ids = enqueue(10);
    var anna = stage.worker("anna");
    anna.claim(10);

    limits().remove(OF_GREET);

    assertThat(anna.claim(10)).hasSize(2);
    assertThat(stage.get(ids.getLast())).isParkedUnder("rate:global");
  }

  @Test
  void a_listener_hears_of_a_limit_that_changed() {
    limits().set(new RateLimit("global", 0.001, 1));
    enqueue(2);
    stage.worker("anna").claim(2);

    stage.hears(() -> limits().set(new RateLimit("global", 1, 5)));
    stage.hears(() -> limits().remove("global"));
  }

  @Test
  void a_clock_that_steps_back_mints_nothing_and_stalls_nobody() {
    limits().set(new RateLimit("global", 1, 2));
    enqueue(20);
    var anna = stage.worker("anna");
    assertThat(anna.claim(20)).hasSize(2);

    stage.clock().stepWall(Duration.ofHours(-1));

    assertThat(anna.claim(20)).isEmpty();
    stage.advance(Duration.ofSeconds(1));
    assertThat(anna.claim(20)).hasSize(1);
    stage.advance(Duration.ofSeconds(1));
    assertThat(anna.claim(20)).hasSize(1);
  }

  @Test
  void a_task_that_waits_for_a_token_can_be_cancelled() {
    limits().set(new RateLimit("global", 0.001, 1));
    var ids = enqueue(2);
    var anna = stage.worker("anna");
    anna.claim(2);

    stage.store().cancel(List.of(ids.getLast()));

    assertThat(stage.get(ids.getLast())).isCancelled();
    limits().remove("global");
    assertThat(anna.claim(2)).isEmpty();
  }

  @Test
  void a_paused_queue_gives_no_hint_of_a_token() {
    limits().set(new RateLimit("global", 10, 1));
    enqueue(3);
    var anna = stage.worker("anna");
    anna.claim(3);
    stage.store().queues().pause(Spec.DEFAULT_QUEUE, null);
    stage.advance(Duration.ofSeconds(5));

    var answer = claim(anna);

    assertThat(answer).isEqualTo(new ClaimAnswer.Taken(List.of(), false, null));
  }

  @Test
  void a_key_is_compared_letter_by_letter() {
    limits().set(new RateLimit("queue:DEFAULT", 0.001, 1));
    limits().set(new RateLimit("task:sample.*", 0.001, 1));
    enqueue(3);

    assertThat(stage.worker("anna").claim(3)).hasSize(3);
  }

  @Test
  void a_limit_that_means_nothing_is_refused() {
    for (var key : List.of("", "mail", "task:", "queue:", "Global")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new RateLimit(key, 1, 1))
          .withMessage("the key must be task:PATH, queue:NAME or global, was '" + key + "'");
    }
    for (var rate : List.of(-1.0, 1e-7, 1e7, Double.NaN, Double.POSITIVE_INFINITY)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new RateLimit("global", rate, 1))
          .withMessageContaining("was " + rate);
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RateLimit("global", 1, 0))
        .withMessage("the burst must be at least 1, was 0");
  }

  private RateLimits limits() {
    return stage.store().limits();
  }

  private List<Long> enqueue(int count) {
    return stage.enqueueAll(ClaimContract.tasks(count, Spec.of(Stage.GREET)));
  }

  private static ClaimAnswer.Taken claim(ScriptedWorker worker) {
    return ScriptedWorker.taken(worker.tryClaim(new Quota(Spec.DEFAULT_QUEUE, 10)));
  }
}
