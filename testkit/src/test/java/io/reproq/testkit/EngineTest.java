package io.reproq.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reproq.json.Json;
import io.reproq.retry.RetryPolicy;
import io.reproq.store.CancelAnswer;
import io.reproq.store.ClaimAnswer;
import io.reproq.store.ClaimRequest;
import io.reproq.store.ClaimedTask;
import io.reproq.store.ForwardingStore;
import io.reproq.store.Settled;
import io.reproq.store.Settlement;
import io.reproq.store.StoreException;
import io.reproq.store.TaskStore;
import io.reproq.task.FailureKind;
import io.reproq.task.Outcome;
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
final class EngineTest extends EngineStage {
  @Nested
  final class An_attempt {
    @Test
    void leaves_its_result() {
      var worker = worker(attempt -> DONE);
      var id = enqueue(Spec.of("greet"));

      assertThat(worker.work()).isEqualTo(1);

      TaskRunAssert.assertThat(get(id)).isSuccessful().hasAttempts(1);
      assertThat(get(id).result().value()).isEqualTo(new Json("\"done\""));
    }

    @Test
    void is_repeated_after_the_policys_delay_when_it_throws() {
      var worker =
          worker(attempt -> {
            if (attempt.number() == 1) {
              throw new IllegalStateException("not yet");
            }
            return DONE;
          });
      var id = enqueue(Spec.of("greet").retry(TWO_TRIES));

      worker.work();
      worker.tick(Duration.ofSeconds(9));
      assertThat(worker.work()).isZero();
      worker.tick(Duration.ofSeconds(1));
      worker.work();

      TaskRunAssert.assertThat(get(id)).isSuccessful().hasAttempts(2);
      var error = get(id).result().errors().getFirst();
      assertThat(error.attempt()).isEqualTo(1);
      assertThat(error.failure().kind()).isEqualTo(FailureKind.APP_ERROR);
      assertThat(error.failure().exceptionClass()).isEqualTo("IllegalStateException");
      assertThat(error.failure().traceback()).contains("EngineTest");
    }

    @Test
    void fails_the_task_when_it_was_the_last() {
      var worker =
          worker(attempt -> {
            throw new IllegalStateException("never");
          });
      var id = enqueue(Spec.of("greet").retry(RetryPolicy.never()));

      worker.work();

      TaskRunAssert.assertThat(get(id)).isFailed().hasAttempts(1);
      assertThat(get(id).result().lastError()).isEqualTo("never");
    }

    @Test
    void that_overflows_the_stack_fails_like_any_other() {
      var worker = worker(EngineTest::recurse);
      var id = enqueue(Spec.of("greet").retry(RetryPolicy.never()));

      worker.work();

      assertThat(get(id).result().errors().getFirst().failure().exceptionClass())
          .isEqualTo("StackOverflowError");
    }

    @Test
    void of_a_task_that_cannot_be_read_fails_for_good() {
      var broken =
          new ForwardingStore(store) {
            @Override
            public ClaimAnswer claim(ClaimRequest request) {
              return breakAll(super.claim(request));
            }
          };
      var worker = worker(broken, attempt -> DONE);
      var id = enqueue(Spec.of("greet"));

      worker.claim();
      worker.settle();

      TaskRunAssert.assertThat(get(id)).isFailed();
      assertThat(get(id).result().errors().getFirst().failure().kind())
          .isEqualTo(FailureKind.INVALID_SPEC);
    }
  }

  @Nested
  final class A_deadline {
    @Test
    void ends_an_attempt_that_has_not_ended_by_itself() {
      var worker = worker(attempt -> DONE);
      var id = enqueue(Spec.of("greet").timeout(Duration.ofSeconds(3)).retry(TWO_TRIES));
      worker.claim();

      worker.tick(Duration.ofSeconds(3));
      worker.tick(Duration.ofSeconds(1));
      worker.settle();

      TaskRunAssert.assertThat(get(id)).isDeferred().hasAttempts(1);
      var failure = get(id).result().errors().getFirst().failure();
      assertThat(failure.kind()).isEqualTo(FailureKind.INFRA_ERROR);
      assertThat(failure.message()).isEqualTo("timed out after 3s");
    }

    @Test
    void gives_way_to_a_handler_that_succeeds_in_the_moment_it_is_stopped() {
      var id = enqueue(Spec.of("greet").timeout(Duration.ofSeconds(3)));
      var worker = new ManualWorker[1];
      worker[0] =
          worker(attempt -> {
            clock.advance(Duration.ofSeconds(3));
            worker[0].stopOverdue();
            assertThat(attempt.isStopping()).isTrue();
            return DONE;
          });

      worker[0].work();

      TaskRunAssert.assertThat(get(id)).isSuccessful();
    }

    @Test
    void sends_nothing_more_once_the_attempt_was_abandoned() {
      var worker = worker(attempt -> DONE);
      var id = enqueue(Spec.of("greet").timeout(Duration.ofSeconds(3)).retry(TWO_TRIES));
      worker.claim();
      worker.tick(Duration.ofSeconds(3));
      worker.tick(Duration.ofSeconds(1));

      assertThat(worker.run()).isEqualTo(1);
      assertThat(worker.settle()).isEqualTo(1);

      TaskRunAssert.assertThat(get(id)).isDeferred();
    }
  }

  @Nested
  final class A_cancel {
    @Test
    void keeps_a_task_from_starting() {
      var ran = new ArrayList<Attempt>();
      var worker = recording(ran);
      var id = enqueue(Spec.of("greet"));

      assertThat(store.cancel(List.of(id))).containsExactly(CancelAnswer.CANCELLED);
      worker.work();

      assertThat(ran).isEmpty();
      TaskRunAssert.assertThat(get(id)).isCancelled();
    }

    @Test
    void stops_a_handler_that_runs() {
      var worker = worker(attempt -> DONE);
      var id = enqueue(Spec.of("greet"));
      worker.claim();

      assertThat(store.cancel(List.of(id))).containsExactly(CancelAnswer.REQUESTED);
      worker.stopCancelled();
      worker.run();
      worker.settle();

      TaskRunAssert.assertThat(get(id)).isCancelled();
      assertThat(get(id).result().errors().getFirst().failure().kind())
          .isEqualTo(FailureKind.CANCELLED);
    }

    @Test
    void outdoes_a_retry() {
      var worker =
          worker(attempt -> {
            assertThat(store.cancel(List.of(attempt.resultId())))
                .containsExactly(CancelAnswer.REQUESTED);
            throw new IllegalStateException("once more?");
          });
      var id = enqueue(Spec.of("greet").retry(TWO_TRIES));

      worker.work();

      TaskRunAssert.assertThat(get(id)).isCancelled();
    }
  }

  @Nested
  final class A_claim {
    @Test
    void takes_no_more_than_there_is_room_for() {
      var worker =
          ManualWorker.of("w").concurrency(3).handle("greet", a -> DONE).enter(store, clock);
      enqueue(Spec.of("greet"), 10);

      assertThat(worker.claim().count()).isEqualTo(3);
      assertThat(worker.claim().count()).isZero();
      worker.run();
      assertThat(worker.claim().count()).isEqualTo(3);
    }

    @Test
    void shares_the_room_between_queues() {
      var queues = new ArrayList<String>();
      var worker =
          ManualWorker.of("w")
              .queues("a", "b")
              .concurrency(4)
              .handle(
                  "greet",
                  attempt -> {
                    queues.add(attempt.spec().queue());
                    return DONE;
                  })
              .enter(store, clock);
      enqueue(Spec.of("greet").queue("a"), 10);
      enqueue(Spec.of("greet").queue("b"), 10);

      worker.claim();
      worker.run();

      assertThat(queues).containsExactlyInAnyOrder("a", "a", "b", "b");
    }

    @Test
    void gives_an_empty_queues_share_to_the_others() {
      var worker =
          ManualWorker.of("w")
              .queues("a", "b")
              .concurrency(4)
              .handle("greet", attempt -> DONE)
              .enter(store, clock);
      enqueue(Spec.of("greet").queue("a"), 10);

      var first = worker.claim();
      var second = worker.claim();

      assertThat(first.more()).isTrue();
      assertThat(first.count() + second.count()).isEqualTo(4);
    }

    @Test
    void whose_answer_is_lost_holds_nothing_for_ever() {
      var faulty = new LosesAnswers(store);
      var worker = worker(faulty, attempt -> DONE);
      var id = enqueue(Spec.of("greet"));
      faulty.loseNext();

      assertThatThrownBy(worker::claim).isInstanceOf(StoreException.class);
      assertThat(get(id).standing().status()).isEqualTo(TaskStatus.RUNNING);
      worker.beat();
      TaskRunAssert.assertThat(get(id)).isReady().hasAttempts(0);

      assertThat(worker.work()).isEqualTo(1);
      TaskRunAssert.assertThat(get(id)).isSuccessful().hasAttempts(1);
    }
  }

  @Nested
  final class A_settlement {
    @Test
    void that_does_not_reach_the_store_is_sent_again() {
      var faulty = new LosesAnswers(store);
      var worker = worker(faulty, attempt -> DONE);
      var id = enqueue(Spec.of("greet"));
      worker.claim();
      worker.run();
      faulty.loseNext();

      assertThatThrownBy(worker::settle).isInstanceOf(StoreException.class);
      assertThat(worker.settle()).isEqualTo(1);

      TaskRunAssert.assertThat(get(id)).isSuccessful();
    }

    @Test
    void that_cannot_be_stored_fails_alone() {
      var refused = new long[1];
      var refusing =
          new ForwardingStore(store) {
            @Override
            public List<Settled> settle(List<Settlement> settlements) {
              if (settlements.stream()
                  .anyMatch(one ->
                      one.resultId() == refused[0] && one.outcome() instanceof Outcome.Succeeded)) {
                throw new IllegalStateException("a NUL in the result");
              }
              return super.settle(settlements);
            }
          };
      var worker = worker(refusing, attempt -> DONE);
      var ids = enqueue(Spec.of("greet").retry(RetryPolicy.never()), 9);
      refused[0] = ids.get(4);

      worker.work();

      TaskRunAssert.assertThat(get(refused[0])).isFailed();
      assertThat(get(refused[0]).result().lastError()).contains("a NUL in the result");
      assertThat(ids)
          .filteredOn(id -> get(id).standing().status() == TaskStatus.SUCCESSFUL)
          .hasSize(8);
    }
  }

  private static Outcome recurse(Attempt attempt) {
    return attempt.number() < 0 ? DONE : recurse(attempt);
  }

  private static ClaimAnswer breakAll(ClaimAnswer answer) {
    if (answer instanceof ClaimAnswer.Taken(var tasks, var moved, var retryIn)) {
      var broken =
          tasks.stream()
              .map(task ->
                  task.withDescription(new ClaimedTask.Description.Broken("the spec is not JSON")))
              .toList();
      return new ClaimAnswer.Taken(broken, moved, retryIn);
    }
    return answer;
  }

  /// Does what it is told and then, once, loses the answer.
  private static final class LosesAnswers extends ForwardingStore {
    private boolean losing;

    LosesAnswers(TaskStore target) {
      super(target);
    }

    void loseNext() {
      losing = true;
    }

    @Override
    public ClaimAnswer claim(ClaimRequest request) {
      return lose(super.claim(request));
    }

    @Override
    public List<Settled> settle(List<Settlement> settlements) {
      return lose(super.settle(settlements));
    }

    private <T> T lose(T answer) {
      if (losing) {
        losing = false;
        throw new StoreException("connection reset", true, null);
      }
      return answer;
    }
  }
}
