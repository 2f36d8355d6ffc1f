package io.reproq.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.store.ForwardingStore;
import io.reproq.store.RenewAnswer;
import io.reproq.task.Spec;
import io.reproq.task.TaskStatus;
import io.reproq.worker.Attempt;
import io.reproq.worker.Refused;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class EngineLeaseTest extends EngineStage {
  @Nested
  final class A_worker_that_was_taken_for_dead {
    @Test
    void stops_its_handlers_and_changes_nothing_more() {
      var ran = new ArrayList<Attempt>();
      var stalled = recording(ran);
      var other = ManualWorker.of("other").handle("greet", attempt -> DONE).enter(store, clock);
      var id = enqueue(Spec.of("greet"));
      stalled.claim();
      var attempt = stalled.running().iterator().next();

      other.tick(Duration.ofSeconds(1));
      other.tick(Duration.ofSeconds(30));
      other.work();
      TaskRunAssert.assertThat(get(id)).isSuccessful().hasAttempts(2);
      stalled.beat();
      stalled.run();
      stalled.settle();

      assertThat(attempt.isStopping()).isTrue();
      assertThat(ran).isEmpty();
      TaskRunAssert.assertThat(get(id)).isSuccessful().hasAttempts(2);
    }

    @Test
    void counts_what_comes_too_late() {
      var stalled = worker(attempt -> DONE);
      var other = ManualWorker.of("other").handle("greet", attempt -> DONE).enter(store, clock);
      enqueue(Spec.of("greet"), 2);
      stalled.claim();
      stalled.run();
      assertThat(stalled.refused()).isEqualTo(new Refused(0, 0));

      other.tick(Duration.ofSeconds(1));
      other.tick(Duration.ofSeconds(30));
      stalled.settle();
      stalled.beat();

      assertThat(stalled.refused()).isEqualTo(new Refused(2, 1));
    }

    @Test
    void works_on_under_a_new_name() {
      var stalled = worker(attempt -> DONE);
      var other = ManualWorker.of("other").enter(store, clock);
      other.tick(Duration.ofSeconds(1));
      other.tick(Duration.ofSeconds(30));
      var id = enqueue(Spec.of("greet"));

      assertThat(stalled.work()).isZero();
      stalled.beat();
      assertThat(stalled.work()).isEqualTo(1);

      TaskRunAssert.assertThat(get(id)).isSuccessful().hasAttempts(1);
    }

    @Test
    void has_stopped_by_itself_before() {
      var worker = worker(attempt -> DONE);
      var id = enqueue(Spec.of("greet"));
      worker.claim();
      var attempt = worker.running().iterator().next();

      clock.advance(Duration.ofSeconds(11));
      worker.stopOverdue();
      assertThat(attempt.isStopping()).isFalse();
      clock.advance(Duration.ofSeconds(1));
      worker.stopOverdue();

      assertThat(attempt.isStopping()).isTrue();
      assertThat(worker.claim().count()).isZero();
      worker.run();
      assertThat(worker.settle()).isZero();
      assertThat(get(id).standing().status()).isEqualTo(TaskStatus.RUNNING);
    }

    @Test
    void gets_back_to_work_when_its_next_heartbeat_is_answered() {
      var worker = worker(attempt -> DONE);
      clock.advance(Duration.ofSeconds(12));
      var id = enqueue(Spec.of("greet"));
      assertThat(worker.work()).isZero();

      worker.beat();
      worker.work();

      TaskRunAssert.assertThat(get(id)).isSuccessful();
    }
  }

  @Nested
  final class A_heartbeat {
    @Test
    void stops_an_attempt_that_the_store_no_longer_has() {
      var robbed =
          new ForwardingStore(store) {
            @Override
            public RenewAnswer renew(UUID incarnation) {
              super.renew(incarnation);
              return new RenewAnswer.Alive(Set.of());
            }
          };
      var worker = worker(robbed, attempt -> DONE);
      enqueue(Spec.of("greet"));
      worker.claim();
      var attempt = worker.running().iterator().next();

      worker.beat();

      assertThat(attempt.isStopping()).isTrue();
      assertThat(worker.running()).isEmpty();
    }

    @Test
    void leaves_an_attempt_alone_whose_outcome_is_not_written_yet() {
      var worker = worker(attempt -> DONE);
      var id = enqueue(Spec.of("greet"));
      worker.claim();
      worker.run();

      worker.beat();
      worker.settle();

      TaskRunAssert.assertThat(get(id)).isSuccessful().hasAttempts(1);
    }
  }

  @Nested
  final class Giving_back {
    @Test
    void makes_tasks_ready_again_uncounted() {
      var worker = worker(attempt -> DONE);
      var ids = enqueue(Spec.of("greet"), 3);
      worker.claim();

      worker.giveBackAll();
      worker.run();
      worker.settle();
      worker.leave();

      assertThat(ids).allSatisfy(id -> TaskRunAssert.assertThat(get(id)).isReady().hasAttempts(0));
      assertThat(store.workers()).isEmpty();
    }
  }
}
