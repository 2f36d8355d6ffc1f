package io.reproq.testkit;

import static io.reproq.testkit.TaskRunAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.store.RateLimit;
import io.reproq.task.Limits;
import io.reproq.task.Spec;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// What becomes of tasks that need a key and a token of a rate limit.
abstract class RateLimitedKeysContract {
  private static final String OF_GREET = "task:" + Stage.GREET;

  private final Stage stage;

  RateLimitedKeysContract(Stage stage) {
    this.stage = stage;
  }

  @Test
  void a_task_that_waits_for_its_lock_uses_no_token() {
    stage.store().limits().set(new RateLimit("global", 0.001, 3));
    stage.enqueueAll(ClaimContract.tasks(5, locked()));
    stage.enqueueAll(ClaimContract.tasks(5, Spec.of(Stage.GREET)));

    assertThat(stage.worker("anna").claim(10)).hasSize(3);
    assertThat(stage.store().limits().list().getFirst().tokens()).isLessThan(1);
  }

  @Test
  void a_task_that_waits_for_a_token_holds_no_lock() {
    stage.store().limits().set(new RateLimit(OF_GREET, 0.001, 1));
    stage.enqueue();
    var anna = stage.handling("anna", Stage.GREET, "sample.sum");
    anna.claimOne();
    var limited = stage.enqueue(locked());
    anna.claim(1);
    var free = stage.enqueue(locked("sample.sum"));

    assertThat(stage.get(limited)).isParkedUnder("rate:" + OF_GREET);
    assertThat(anna.claimOne().resultId()).isEqualTo(free);
  }

  @Test
  void the_lock_of_a_task_without_a_token_goes_to_the_next_one_that_waits_for_it() {
    stage.store().limits().set(new RateLimit(OF_GREET, 0.001, 1));
    stage.enqueue();
    var limited = stage.enqueue(locked());
    var next = stage.enqueue(locked("sample.sum"));
    var anna = stage.handling("anna", Stage.GREET, "sample.sum");

    var claimed = anna.claim(10);

    assertThat(claimed).extracting(task -> task.resultId()).hasSize(2).contains(next);
    assertThat(stage.get(limited)).isParkedUnder("rate:" + OF_GREET);
  }

  @Test
  void a_task_that_got_its_token_first_may_still_find_its_lock_taken() {
    stage.store().limits().set(new RateLimit(OF_GREET, 1, 1));
    stage.enqueue();
    var limited = stage.enqueue(locked());
    var anna = stage.handling("anna", Stage.GREET, "sample.sum");
    anna.claim(10);
    stage.enqueue(locked("sample.sum"));
    anna.claimOne();
    stage.advance(Duration.ofSeconds(5));

    assertThat(anna.claim(10)).isEmpty();
    assertThat(stage.get(limited)).isParkedUnder("lock:k");
    var plain = stage.enqueue();
    assertThat(anna.claimOne().resultId()).isEqualTo(plain);
  }

  private static Spec.Builder locked() {
    return locked(Stage.GREET);
  }

  private static Spec.Builder locked(String path) {
    return Spec.of(path).limits(new Limits("k", null, 0));
  }
}
