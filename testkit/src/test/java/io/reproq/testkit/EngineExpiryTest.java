package io.reproq.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.store.ClaimAnswer;
import io.reproq.store.ClaimRequest;
import io.reproq.store.ForwardingStore;
import io.reproq.store.NewTask;
import io.reproq.store.NewTask.Moment;
import io.reproq.task.FailureKind;
import io.reproq.task.Limits;
import io.reproq.task.Spec;
import io.reproq.task.TaskStatus;
import io.reproq.worker.Attempt;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class EngineExpiryTest extends EngineStage {
  private static final Duration LIFE = Duration.ofSeconds(5);

  private final List<Attempt> ran = new ArrayList<>();

  @Nested
  final class A_claimed_task_whose_time_to_start_is_over {
    @Test
    void is_not_started_when_it_waited_for_its_thread() {
      var worker = recording(ran);
      var id = expiring();
      worker.claim();

      clock.advance(LIFE);
      worker.run();
      worker.settle();
      worker.claim();

      assertExpired(id);
    }

    @Test
    void is_not_started_when_the_answer_to_its_claim_was_slow() {
      var slow =
          new ForwardingStore(store) {
            @Override
            public ClaimAnswer claim(ClaimRequest request) {
              var answer = super.claim(request);
              clock.advance(LIFE);
              return answer;
            }
          };
      var worker =
          worker(
              slow,
              attempt -> {
                ran.add(attempt);
                return DONE;
              });
      var id = expiring();

      worker.work();

      assertExpired(id);
    }

    @Test
    void is_not_started_after_a_suspension_in_which_the_monotonic_clock_stood_still() {
      var worker = recording(ran);
      var id = expiring();
      worker.claim();

      clock.stepWall(LIFE);
      worker.work();

      assertExpired(id);
    }

    @Test
    void ends_without_another_claim() {
      var worker = recording(ran);
      var id = expiring();
      worker.claim();

      clock.advance(LIFE);
      worker.run();
      worker.settle();
      worker.promote();

      assertExpired(id);
    }

    @Test
    void lets_others_have_its_key() {
      var worker = recording(ran);
      var spec = Spec.of("greet").limits(new Limits("a", null, 0)).build();
      store.enqueue(List.of(NewTask.of(spec).expiring(new Moment.After(LIFE))));
      worker.claim();
      var next = store.enqueue(List.of(NewTask.of(spec))).getFirst().resultId();

      clock.advance(LIFE);
      worker.work();

      TaskRunAssert.assertThat(get(next)).isSuccessful();
      assertThat(ran).extracting(Attempt::resultId).containsExactly(next);
    }
  }

  @Nested
  final class A_claimed_task_whose_time_to_start_is_not_over {
    @Test
    void is_started_in_its_last_moment() {
      var worker = recording(ran);
      var id = expiring();
      worker.claim();

      clock.advance(LIFE.minusNanos(1));
      worker.run();
      worker.settle();

      TaskRunAssert.assertThat(get(id)).isSuccessful().hasAttempts(1);
    }

    @Test
    void is_started_after_all_when_only_this_process_took_it_for_over() {
      var worker = recording(ran);
      var id = expiring();
      worker.claim();
      clock.stepWall(LIFE);
      worker.run();
      worker.settle();
      clock.stepWall(LIFE.negated());

      worker.work();

      TaskRunAssert.assertThat(get(id)).isSuccessful().hasAttempts(1);
    }
  }

  private long expiring() {
    var task = NewTask.of(Spec.of("greet").build()).expiring(new Moment.After(LIFE));
    return store.enqueue(List.of(task)).getFirst().resultId();
  }

  private void assertExpired(long id) {
    assertThat(ran).isEmpty();
    TaskRunAssert.assertThat(get(id)).hasAttempts(0).hasErrors(FailureKind.EXPIRED);
    assertThat(get(id).standing().status()).isEqualTo(TaskStatus.CANCELLED);
  }
}
