package io.reproq.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reproq.EnqueueOptions;
import io.reproq.PermanentFailure;
import io.reproq.Reproq;
import io.reproq.Snooze;
import io.reproq.TaskFailedException;
import io.reproq.TaskType;
import io.reproq.dsn.InvalidDsnException;
import io.reproq.json.Json;
import io.reproq.retry.RetryPolicy;
import io.reproq.store.CancelAnswer;
import io.reproq.store.NewTask;
import io.reproq.store.StoreException;
import io.reproq.task.FailureKind;
import io.reproq.task.Payload;
import io.reproq.task.Spec;
import io.reproq.task.TaskStatus;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class ReproqTest {
  record Greet(String name) {}

  private static final TaskType<Greet, String> GREET =
      TaskType.of("sample.greet", Greet.class, String.class);
  private static final TaskType<Integer, Integer> DOUBLE =
      TaskType.of("sample.double", Integer.class, Integer.class);
  private static final TaskType<Integer, Integer> WAIT =
      TaskType.of("sample.wait", Integer.class, Integer.class);
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final RetryPolicy QUICK = RetryPolicy.DEFAULT.withBase(Duration.ofMillis(1));

  @AutoClose private final Reproq reproq = Reproq.builder().dsn("memory:").concurrency(8).open();

  @Nested
  final class A_task {
    @Test
    void returns_what_its_handler_returned() throws Exception {
      reproq.handle(GREET, (context, greet) -> "hello " + greet.name());
      reproq.start();

      assertThat(reproq.enqueue(GREET, new Greet("Ada")).await(SOON)).isEqualTo("hello Ada");
    }

    @Test
    void takes_a_value_that_is_no_object() throws Exception {
      reproq.handle(DOUBLE, (context, number) -> 2 * number);
      reproq.start();

      assertThat(reproq.enqueue(DOUBLE, 21).await(SOON)).isEqualTo(42);
    }

    @Test
    void feeds_a_record_handler_from_one_positional_object() throws Exception {
      reproq.handle(GREET, (context, greet) -> "hello " + greet.name());
      reproq.start();
      var id = enqueue(Spec.of("sample.greet").payload(args("[{\"name\":\"Bo\"}]")));

      assertThat(result(id)).isEqualTo("\"hello Bo\"");
    }

    @Test
    void fails_for_good_when_a_field_is_missing_and_names_it() {
      assertThat(mismatch(kwargs("{}"))).contains("name");
    }

    @Test
    void fails_for_good_when_a_field_is_unknown_and_names_it() {
      assertThat(mismatch(kwargs("{\"name\":\"Ada\",\"age\":36}"))).contains("age");
    }

    @Test
    void fails_for_good_when_it_has_too_many_arguments() {
      assertThat(mismatch(args("[1,2]"))).contains("[1,2]");
    }

    @Test
    void tells_who_waits_why_it_failed() {
      reproq.handle(
          GREET,
          (context, greet) -> {
            throw new PermanentFailure("nobody there");
          });
      reproq.start();
      var handle = reproq.enqueue(GREET, new Greet("Ada"));

      assertThatThrownBy(() -> handle.await(SOON))
          .isInstanceOf(TaskFailedException.class)
          .hasMessage("task " + handle.resultId() + " is FAILED: nobody there");
    }

    @Test
    void that_snoozes_runs_again_as_the_same_attempt() throws Exception {
      var runs = new AtomicInteger();
      reproq.handle(
          DOUBLE,
          (context, number) -> {
            if (runs.incrementAndGet() == 1) {
              throw new Snooze(Duration.ofMillis(1));
            }
            return context.attempt();
          });
      reproq.start();

      assertThat(reproq.enqueue(DOUBLE, 0).await(SOON)).isEqualTo(1);
      assertThat(runs).hasValue(2);
    }

    @Test
    void is_retried_under_its_policy() throws Exception {
      reproq.handle(
          DOUBLE,
          (context, number) -> {
            if (context.attempt() < 3) {
              throw new IllegalStateException("not yet");
            }
            return number;
          });
      reproq.start();

      assertThat(reproq.enqueue(DOUBLE, 7, EnqueueOptions.DEFAULT.retry(QUICK)).await(SOON))
          .isEqualTo(7);
    }

    @Test
    void starts_after_its_delay() throws Exception {
      reproq.handle(DOUBLE, (context, number) -> number);
      reproq.start();
      var delayed = EnqueueOptions.DEFAULT.delay(Duration.ofMillis(30));
      var handle = reproq.enqueue(DOUBLE, 7, delayed);

      assertThat(handle.await(SOON)).isEqualTo(7);

      var times = reproq.find(handle.resultId()).orElseThrow().times();
      assertThat(Duration.between(times.enqueuedAt(), times.startedAt()))
          .isGreaterThanOrEqualTo(Duration.ofMillis(30));
    }

    @Test
    void that_is_unique_has_no_twin_until_it_is_finished() throws Exception {
      var unique = EnqueueOptions.DEFAULT.unique(true);
      reproq.handle(DOUBLE, (context, number) -> number);
      var first = reproq.enqueue(DOUBLE, 7, unique);
      var second = reproq.enqueue(DOUBLE, 7, unique);

      assertThat(second.isDuplicate()).isTrue();
      assertThat(second.resultId()).isEqualTo(first.resultId());
      reproq.start();
      assertThat(second.await(SOON)).isEqualTo(7);
      assertThat(reproq.enqueue(DOUBLE, 7, unique).isDuplicate()).isFalse();
    }

    @Test
    void that_is_cancelled_while_it_runs_is_interrupted() throws Exception {
      var running = new CountDownLatch(1);
      var interrupted = new CountDownLatch(1);
      reproq.handle(
          WAIT,
          (context, number) -> {
            running.countDown();
            try {
              new CountDownLatch(1).await();
            } catch (InterruptedException e) {
              interrupted.countDown();
              throw e;
            }
            return number;
          });
      reproq.start();
      var handle = reproq.enqueue(WAIT, 1);
      await(running);

      assertThat(reproq.cancel(handle.resultId())).isEqualTo(CancelAnswer.REQUESTED);

      await(interrupted);
      assertThatThrownBy(() -> handle.await(SOON))
          .hasMessage("task " + handle.resultId() + " is CANCELLED: Task cancelled by request");
    }

    @Test
    void that_takes_too_long_is_interrupted() {
      reproq.handle(
          WAIT,
          (context, number) -> {
            new CountDownLatch(1).await();
            return number;
          });
      reproq.start();
      var brief = EnqueueOptions.DEFAULT.timeout(Duration.ofMillis(20)).retry(RetryPolicy.never());
      var handle = reproq.enqueue(WAIT, 1, brief);

      assertThatThrownBy(() -> handle.await(SOON)).hasMessageContaining("timed out after 0.02s");
    }

    @Test
    void nobody_handles_stays_ready() throws Exception {
      reproq.start();
      var handle = reproq.enqueue(GREET, new Greet("Ada"));
      var after = enqueue(Spec.of("reproq.noop"));

      assertThat(result(after)).isEqualTo("null");

      var standing = reproq.find(handle.resultId()).orElseThrow().standing();
      assertThat(standing.status()).isEqualTo(TaskStatus.READY);
      assertThat(standing.parkedKey()).isEqualTo("path:sample.greet");
      assertThatThrownBy(() -> handle.await(Duration.ofMillis(1)))
          .isInstanceOf(TimeoutException.class);
    }
  }

  @Nested
  final class Stopping {
    @Test
    void gracefully_lets_handlers_finish() throws Exception {
      var running = new CountDownLatch(1);
      var release = new CountDownLatch(1);
      reproq.handle(
          WAIT,
          (context, number) -> {
            running.countDown();
            release.await();
            return number;
          });
      reproq.start();
      var handle = reproq.enqueue(WAIT, 1);
      await(running);
      Thread.ofVirtual().start(release::countDown);

      assertThat(reproq.stopGracefully(SOON)).isZero();

      assertThat(statusOf(handle.resultId())).isEqualTo(TaskStatus.SUCCESSFUL);
      assertThat(reproq.store().workers()).isEmpty();
    }

    @Test
    void gives_back_what_does_not_finish_in_time() throws Exception {
      var running = new CountDownLatch(1);
      reproq.handle(
          WAIT,
          (context, number) -> {
            running.countDown();
            new CountDownLatch(1).await();
            return number;
          });
      reproq.start();
      var handle = reproq.enqueue(WAIT, 1);
      await(running);

      assertThat(reproq.stopGracefully(Duration.ofMillis(1))).isEqualTo(1);

      var standing = reproq.find(handle.resultId()).orElseThrow().standing();
      assertThat(standing.status()).isEqualTo(TaskStatus.READY);
      assertThat(standing.attempts()).isZero();
    }

    @Test
    void at_once_cuts_a_graceful_stop_short() throws Exception {
      var running = new CountDownLatch(1);
      reproq.handle(
          WAIT,
          (context, number) -> {
            running.countDown();
            new CountDownLatch(1).await();
            return number;
          });
      reproq.start();
      reproq.enqueue(WAIT, 1);
      await(running);
      var graceful = Thread.ofVirtual().start(() -> reproq.stopGracefully(Duration.ofHours(1)));

      reproq.stopNow();

      assertThat(graceful.join(SOON)).isTrue();
    }

    @Test
    void again_does_nothing() {
      reproq.start();

      assertThat(reproq.stopGracefully(SOON)).isZero();
      assertThat(reproq.stopNow()).isZero();
      reproq.close();
    }
  }

  @Nested
  final class Many_tasks {
    @Test
    void run_once_each() throws Exception {
      var runs = new AtomicInteger();
      reproq.handle(
          DOUBLE,
          (context, number) -> {
            runs.incrementAndGet();
            return 2 * number;
          });
      reproq.start();
      var numbers = IntStream.range(0, 5_000).boxed().toList();

      var handles = reproq.enqueueAll(DOUBLE, numbers, EnqueueOptions.DEFAULT);

      for (var number : numbers) {
        assertThat(handles.get(number).await(SOON)).isEqualTo(2 * number);
      }
      assertThat(runs).hasValue(5_000);
    }
  }

  @Nested
  final class Misuse {
    @Test
    void of_the_order_is_told() {
      reproq.start();

      assertThatThrownBy(() -> reproq.handle(GREET, (context, greet) -> ""))
          .hasMessage("handle(sample.greet) comes before start()");
      assertThatThrownBy(reproq::start).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void of_a_path_is_told() {
      reproq.handle(GREET, (context, greet) -> "");

      assertThatThrownBy(() -> reproq.handle(GREET, (context, greet) -> ""))
          .hasMessage("sample.greet has a handler already");
    }

    @Test
    void of_a_name_is_told() {
      assertThatThrownBy(() -> Reproq.open("mysql://localhost/x"))
          .isInstanceOf(InvalidDsnException.class)
          .hasMessageContaining("mysql");
      assertThatThrownBy(() -> Reproq.open("postgres://ada:secret@localhost/x"))
          .isInstanceOf(StoreException.class)
          .hasMessageNotContaining("secret");
      assertThatThrownBy(() -> Reproq.builder().open())
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("name one database");
    }
  }

  @Nested
  final class A_built_in_task {
    @Test
    void echoes() throws Exception {
      reproq.start();

      assertThat(result(enqueue(Spec.of("reproq.echo").payload(kwargs("{\"a\":[1,2]}")))))
          .isEqualTo("{\"a\":[1,2]}");
      assertThat(result(enqueue(Spec.of("reproq.echo").payload(args("[7]"))))).isEqualTo("7");
    }

    @Test
    void fails_as_it_is_asked() {
      reproq.start();
      var id =
          enqueue(
              Spec.of("reproq.fail")
                  .payload(kwargs("{\"message\":\"as asked\"}"))
                  .retry(RetryPolicy.never()));

      assertThatThrownBy(() -> result(id)).hasMessageContaining("as asked");
    }

    @Test
    void is_flaky_as_it_is_asked() throws Exception {
      reproq.start();
      var id = enqueue(Spec.of("reproq.flaky").payload(kwargs("{\"failures\":2}")).retry(QUICK));

      assertThat(result(id)).isEqualTo("3");
    }

    @Test
    void sleeps() throws Exception {
      reproq.start();

      assertThat(result(enqueue(Spec.of("reproq.sleep").payload(kwargs("{\"millis\":5}")))))
          .isEqualTo("5");
    }
  }

  private String mismatch(Payload payload) {
    reproq.handle(GREET, (context, greet) -> "hello " + greet.name());
    reproq.start();
    var id = enqueue(Spec.of("sample.greet").payload(payload));
    assertThatThrownBy(() -> result(id)).isInstanceOf(TaskFailedException.class);
    var result = reproq.find(id).orElseThrow().result();
    assertThat(result.errors()).hasSize(1);
    assertThat(result.errors().getFirst().failure().kind()).isEqualTo(FailureKind.INVALID_SPEC);
    return String.valueOf(result.lastError());
  }

  private long enqueue(Spec.Builder spec) {
    return reproq.enqueueAll(List.of(NewTask.of(spec.build()))).getFirst().resultId();
  }

  private String result(long id) throws Exception {
    return reproq.await(id, SOON).text();
  }

  private TaskStatus statusOf(long id) {
    return reproq.find(id).orElseThrow().standing().status();
  }

  private static Payload kwargs(String json) {
    return Payload.ofKwargs(new Json(json));
  }

  private static Payload args(String json) {
    return Payload.ofArgs(new Json(json));
  }

  private static void await(CountDownLatch latch) throws InterruptedException {
    assertThat(latch.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
  }
}
