package io.reproq.testkit;

import static io.reproq.testkit.TaskRunAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reproq.json.Json;
import io.reproq.store.Completed;
import io.reproq.store.Completion;
import io.reproq.store.ForwardingStore;
import io.reproq.store.RenewAnswer;
import io.reproq.store.Settled;
import io.reproq.store.StoreException;
import io.reproq.task.Outcome;
import io.reproq.task.Spec;
import io.reproq.worker.Attempt;
import io.reproq.worker.AttemptHandler;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// The engine's part in attempts that end themselves: what is sent for them, and when. The
/// transactions are of [Transactions], which has as many faults as a test wants.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class EngineCompletionTest extends EngineStage {
  private static final Connection CONNECTION =
      (Connection)
          Proxy.newProxyInstance(
              EngineCompletionTest.class.getClassLoader(),
              new Class<?>[] {Connection.class},
              (proxy, method, arguments) -> {
                throw new UnsupportedOperationException(method.getName());
              });
  private static final Outcome OTHER = new Outcome.Succeeded(new Json("\"other\""));
  private static final Spec.Builder GREET =
      Spec.of("greet").retry(TWO_TRIES).timeout(Duration.ofSeconds(5));
  private static final Duration TIMEOUT = Duration.ofSeconds(6);
  private static final Duration GRACE = Duration.ofSeconds(2);

  private final Transactions transactions = new Transactions();
  private final AtomicInteger runs = new AtomicInteger();

  @Test
  void what_the_transaction_wrote_is_the_end_whatever_the_handler_does_then() {
    var id = enqueue(GREET);
    var worker =
        worker(attempt -> {
          complete(attempt);
          throw new IllegalStateException("too late");
        });

    worker.work();

    assertThat(get(id)).isSuccessful().hasValue("\"done\"").hasErrors().hasAttempts(1);
    assertThat(worker.running()).isEmpty();
  }

  @Test
  void what_was_noted_before_is_written_before_the_commit() {
    var id = enqueue(GREET);
    var worker =
        worker(attempt -> {
          attempt.notes().metadata(new Json("{\"done\":1}"));
          complete(attempt);
          attempt.notes().metadata(new Json("{\"done\":2}"));
          return OTHER;
        });

    worker.work();

    assertThat(get(id)).isSuccessful().hasValue("\"done\"");
    assertThat(get(id).extras().metadata()).isEqualTo(new Json("{\"done\":1}"));
  }

  @Test
  void an_attempt_completes_once() {
    var id = enqueue(GREET);
    var worker =
        worker(attempt -> {
          complete(attempt);
          assertThatThrownBy(() -> complete(attempt))
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("once");
          return OTHER;
        });

    worker.work();

    assertThat(runs).hasValue(1);
    assertThat(get(id)).isSuccessful().hasValue("\"done\"");
  }

  @Test
  void a_handler_that_hides_its_works_failure_has_failed() {
    var id = enqueue(GREET);
    var worker =
        worker(attempt -> {
          assertThatThrownBy(() ->
                  attempt.completeWith(connection -> {
                    throw new IllegalStateException("boom");
                  }))
              .hasMessage("boom");
          assertThatThrownBy(() -> complete(attempt)).isInstanceOf(IllegalStateException.class);
          return OTHER;
        });

    worker.work();

    assertThat(get(id)).isDeferred().hasAttempts(1);
    assertThat(get(id).result().errors())
        .singleElement()
        .matches(error -> error.failure().message().equals("boom"));
  }

  @Test
  void a_handler_may_say_itself_what_its_works_failure_means() {
    var id = enqueue(GREET);
    var worker =
        worker(attempt -> {
          assertThatThrownBy(() ->
                  attempt.completeWith(connection -> {
                    throw new IllegalStateException("not yet");
                  }))
              .hasMessage("not yet");
          return new Outcome.Snoozed(Duration.ofMinutes(1));
        });

    worker.work();

    assertThat(get(id)).isDeferred().hasAttempts(0).hasErrors();
  }

  @Test
  void others_in_the_way_cost_no_attempt() {
    transactions.fault = Fault.UNDONE;
    var id = enqueue(GREET);
    var worker =
        worker(attempt -> {
          assertThat(complete(attempt)).isInstanceOf(Completed.Undone.class);
          throw new IllegalStateException("in the way");
        });
    worker.work();
    assertThat(get(id)).isDeferred().hasAttempts(0).hasErrors();

    transactions.fault = Fault.NONE;
    worker.tick(Duration.ofSeconds(1));
    worker(this::completing).work();

    assertThat(get(id)).isSuccessful().hasAttempts(1);
  }

  @Test
  void a_lost_answer_is_found_by_what_is_sent_then() {
    transactions.fault = Fault.LOST_ANSWER;
    var id = enqueue(GREET);

    worker(this::completing).work();

    assertThat(get(id)).isSuccessful().hasValue("\"done\"").hasErrors();
    assertThat(runs).hasValue(1);
  }

  @Test
  void nothing_is_sent_for_a_stale_attempt() {
    transactions.fault = Fault.STALE;
    var id = enqueue(GREET);
    var worker = worker(this::completing);
    worker.claim();
    worker.run();

    assertThat(worker.settle()).isZero();
    assertThat(worker.running()).isEmpty();
    assertThat(get(id)).isRunningOn("w");
  }

  @Test
  void a_stopped_attempt_does_not_begin_to() {
    var id = enqueue(GREET);
    var worker = new ManualWorker[1];
    worker[0] =
        worker(attempt -> {
          worker[0].giveBackAll();
          Thread.interrupted();
          assertThatThrownBy(() -> complete(attempt)).isInstanceOf(InterruptedException.class);
          return OTHER;
        });

    worker[0].claim();
    worker[0].run();
    worker[0].settle();

    // It did not complete, so that it succeeds although it was told to stop is its own.
    assertThat(get(id)).isSuccessful().hasValue("\"other\"");
    assertThat(runs).hasValue(0);
  }

  @Nested
  final class In_the_work {
    @Test
    void a_timeout_undoes_it() {
      var id = stopped(worker -> clock.advance(TIMEOUT), ManualWorker::stopOverdue);

      assertThat(get(id)).isDeferred().hasAttempts(1);
      assertThat(get(id).result().errors())
          .singleElement()
          .matches(error -> error.failure().message().contains("timed out"));
    }

    @Test
    void a_cancel_undoes_it() {
      var id =
          stopped(
              worker -> store.cancel(List.of(worker.running().iterator().next().resultId())),
              ManualWorker::stopCancelled);

      assertThat(get(id)).isCancelled();
    }

    @Test
    void a_stopping_worker_undoes_it() {
      var id = stopped(worker -> {}, ManualWorker::giveBackAll);

      assertThat(get(id)).isReady().hasAttempts(0);
    }

    @Test
    void a_lease_that_is_not_sure_undoes_it() {
      var id = stopped(worker -> clock.advance(Duration.ofSeconds(13)), ManualWorker::stopOverdue);

      assertThat(get(id)).isRunningOn("w");
    }

    @Test
    void a_heartbeat_that_does_not_find_it_undoes_it() {
      transactions.holdsNothing = true;

      var id = stopped(worker -> {}, ManualWorker::beat);

      assertThat(get(id)).isRunningOn("w");
    }

    private long stopped(ByWorker prepare, ByWorker stop) {
      var id = enqueue(GREET);
      var worker = new ManualWorker[1];
      worker[0] =
          worker(attempt -> {
            assertThatThrownBy(() ->
                    attempt.completeWith(connection -> {
                      prepare.by(worker[0]);
                      stop.by(worker[0]);
                      assertThat(attempt.isStopping()).isTrue();
                      assertThat(transactions.aborted).isEqualTo(1);
                      return new Outcome.Succeeded(Json.NULL);
                    }))
                .isInstanceOf(InterruptedException.class);
            // As a handler that hides what it was told.
            return OTHER;
          });
      worker[0].claim();
      worker[0].run();
      worker[0].settle();
      assertThat(transactions.committed).isZero();
      return id;
    }
  }

  @Nested
  final class While_its_end_is_written {
    @Test
    void it_gets_the_time_that_a_handler_gets() {
      var id =
          during(worker -> {
            clock.advance(TIMEOUT);
            worker.stopOverdue();
            assertThat(transactions.aborted).isZero();
          });

      assertThat(get(id)).isSuccessful().hasValue("\"done\"").hasErrors();
    }

    @Test
    void it_is_not_lost_to_a_heartbeat_that_does_not_find_it() {
      transactions.holdsNothing = true;

      var id = during(ManualWorker::beat);

      assertThat(get(id)).isSuccessful().hasValue("\"done\"");
      assertThat(transactions.aborted).isZero();
    }

    @Test
    void it_is_aborted_when_it_takes_too_long_and_its_end_counts_if_there_is_one() {
      var id =
          during(worker -> {
            clock.advance(TIMEOUT);
            worker.stopOverdue();
            clock.advance(GRACE);
            worker.stopOverdue();
            assertThat(transactions.aborted).isEqualTo(1);
            assertThat(worker.running()).isEmpty();
          });

      assertThat(get(id)).isSuccessful().hasValue("\"done\"").hasErrors();
    }

    private long during(ByWorker what) {
      var id = enqueue(GREET);
      var worker = new ManualWorker[1];
      worker[0] = worker(EngineCompletionTest.this::completing);
      transactions.whileWriting = () -> what.by(worker[0]);
      worker[0].claim();
      worker[0].run();
      worker[0].settle();
      return id;
    }
  }

  @Nested
  final class After_the_commit {
    @Test
    void a_heartbeat_leaves_the_handler_alone() {
      afterwards((worker, attempt) -> {
        worker.beat();
        assertThat(attempt.isStopping()).isFalse();
        assertThat(worker.running()).containsExactly(attempt);
      });
    }

    @Test
    void a_handler_that_does_not_end_loses_its_slot() {
      afterwards((worker, attempt) -> {
        clock.advance(TIMEOUT);
        worker.stopOverdue();
        assertThat(attempt.isStopping()).isTrue();
        clock.advance(GRACE);
        worker.stopOverdue();
        assertThat(worker.running()).isEmpty();
      });
    }

    private void afterwards(ByBoth what) {
      var id = enqueue(GREET);
      var worker = new ManualWorker[1];
      worker[0] =
          worker(attempt -> {
            complete(attempt);
            what.by(worker[0], attempt);
            return OTHER;
          });
      worker[0].claim();
      worker[0].run();

      assertThat(worker[0].settle()).isZero();
      assertThat(get(id)).isSuccessful().hasValue("\"done\"").hasErrors();
    }
  }

  @Override
  ManualWorker worker(AttemptHandler handler) {
    return worker(transactions, handler);
  }

  private Outcome completing(Attempt attempt) throws Exception {
    complete(attempt);
    return OTHER;
  }

  private Completed complete(Attempt attempt) throws Exception {
    return attempt.completeWith(connection -> {
      runs.incrementAndGet();
      return new Outcome.Succeeded(new Json("\"done\""));
    });
  }

  private enum Fault {
    NONE,
    STALE,
    UNDONE,
    LOST_ANSWER
  }

  private interface ByWorker {
    void by(ManualWorker worker);
  }

  private interface ByBoth {
    void by(ManualWorker worker, Attempt attempt);
  }

  /// Completes by settling right after the work, which in memory is as good as one transaction.
  private final class Transactions extends ForwardingStore {
    private Fault fault = Fault.NONE;
    private Runnable whileWriting = () -> {};
    private boolean holdsNothing;
    private int aborted;
    private int committed;

    Transactions() {
      super(EngineCompletionTest.this.store);
    }

    @Override
    public Completed complete(Completion completion) throws Exception {
      var settlement = completion.run(CONNECTION, () -> aborted++);
      switch (fault) {
        case STALE -> {
          return new Completed.Stale();
        }
        case UNDONE -> {
          return new Completed.Undone(new IllegalStateException("in the way"));
        }
        case NONE, LOST_ANSWER -> {
          var answer = settle(List.of(settlement)).getFirst();
          assertThat(answer).isInstanceOf(Settled.Applied.class);
        }
      }
      committed++;
      whileWriting.run();
      if (fault == Fault.LOST_ANSWER) {
        throw new StoreException("nobody knows yet", true, null);
      }
      return new Completed.Done(settlement);
    }

    @Override
    public RenewAnswer renew(UUID incarnation) {
      var answer = super.renew(incarnation);
      return holdsNothing ? new RenewAnswer.Alive(Set.of()) : answer;
    }
  }
}
