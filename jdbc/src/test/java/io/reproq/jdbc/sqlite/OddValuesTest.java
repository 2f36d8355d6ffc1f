package io.reproq.jdbc.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.reproq.json.Json;
import io.reproq.retry.RetryPolicy;
import io.reproq.store.ClaimedTask;
import io.reproq.store.ClaimedTask.Description;
import io.reproq.store.NewTask;
import io.reproq.store.Settled;
import io.reproq.store.StoreException;
import io.reproq.store.TaskStore;
import io.reproq.task.Failure;
import io.reproq.task.FailureKind;
import io.reproq.task.Outcome;
import io.reproq.task.Payload;
import io.reproq.task.Spec;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class OddValuesTest {
  @TempDir Path folder;
  Fixture fixture;
  TaskStore store;

  @BeforeEach
  void begin() {
    fixture = new Fixture(folder);
    store = fixture.open();
  }

  @AfterEach
  void end() {
    fixture.close();
  }

  @Test
  void a_payload_and_a_result_come_back_as_they_went() {
    var text = "{\"a\":\"\\u0000 \\\" \\\\ ü 😀\",\"n\":123456789012345678901234567890}";
    var id =
        Fixture.enqueue(store, Spec.of(Fixture.GREET).payload(Payload.ofKwargs(new Json(text))));
    var claimed = Fixture.claim(store, Fixture.join(store), 1).getFirst();

    store.settle(List.of(Fixture.settlement(claimed, new Outcome.Succeeded(new Json(text)))));

    assertThat(claimed.description())
        .isInstanceOfSatisfying(
            Description.Valid.class,
            valid -> assertThat(valid.spec().payload().kwargs().text()).isEqualTo(text));
    assertThat(Fixture.get(store, id).result().value()).isEqualTo(new Json(text));
  }

  @Test
  void a_message_with_nul_and_half_a_surrogate_pair_is_kept_readable() throws Exception {
    var id = Fixture.enqueue(store, Spec.of(Fixture.GREET).retry(RetryPolicy.never()));
    var claimed = Fixture.claim(store, Fixture.join(store), 1).getFirst();
    var failure = new Failure(FailureKind.APP_ERROR, "A\0B", "x\0y\uD83Dz", "t\0");

    store.settle(List.of(Fixture.settlement(claimed, new Outcome.Failed(failure, true))));

    var run = Fixture.get(store, id);
    assertThat(run.result().lastError()).isEqualTo("x\uFFFDy\uFFFDz");
    assertThat(run.result().errors().getFirst().failure())
        .isEqualTo(new Failure(FailureKind.APP_ERROR, "A\uFFFDB", "x\uFFFDy\uFFFDz", "t\uFFFD"));
    assertThat(fixture.sql("SELECT errors_json ->> '$[0].message' FROM task_runs"))
        .containsExactly("x\uFFFDy\uFFFDz");
  }

  @Test
  void a_name_with_nul_is_refused_with_all_of_its_list() {
    var good = NewTask.of(Spec.of(Fixture.GREET).build());
    var bad = NewTask.of(Spec.of(Fixture.GREET).queue("a\0b").build());

    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> store.enqueue(List.of(good, bad)))
        .withMessageContaining("queue_name")
        .matches(e -> !e.isTransient());
    assertThat(store.counts()).isEmpty();
  }

  @Test
  void times_beyond_reason_become_the_last_that_can_be_written() throws Exception {
    var task = NewTask.of(Spec.of(Fixture.GREET).build());
    var far = Fixture.enqueue(store, task.after(Duration.ofSeconds(Long.MAX_VALUE)));
    Fixture.enqueue(
        store, new NewTask(task.spec(), new NewTask.Moment.At(Instant.MAX), null, false, null));
    Fixture.enqueue(
        store, new NewTask(task.spec(), new NewTask.Moment.At(Instant.MIN), null, false, null));

    assertThat(Fixture.get(store, far).times().runAfter())
        .isEqualTo(Instant.parse("9999-12-31T23:59:59.999999Z"));
    assertThat(fixture.sql("SELECT place, run_after FROM task_runs ORDER BY result_id"))
        .containsExactly(
            "deferred|9999-12-31 23:59:59.999999",
            "deferred|9999-12-31 23:59:59.999999",
            "ready|null");
  }

  @Test
  void a_description_that_is_missing_or_unreadable_is_claimed_as_broken() throws Exception {
    Fixture.enqueue(store, 3);
    fixture.sql("DELETE FROM task WHERE result_id = 1");
    fixture.sql("UPDATE task SET spec_json = '{' WHERE result_id = 2");

    var claimed = Fixture.claim(store, Fixture.join(store), 10);

    assertThat(claimed).extracting(ClaimedTask::resultId).containsExactly(1L, 2L, 3L);
    assertThat(claimed.get(0).description())
        .isEqualTo(new Description.Broken("the task's description is missing"));
    assertThat(claimed.get(1).description()).isInstanceOf(Description.Broken.class);
    assertThat(claimed.get(2).description()).isInstanceOf(Description.Valid.class);
  }

  @Test
  void the_same_settlement_twice_in_one_list_is_applied_once() {
    Fixture.enqueue(store, 2);
    var claimed = Fixture.claim(store, Fixture.join(store), 2);
    var success = Fixture.settlement(claimed.get(0), new Outcome.Succeeded(Json.NULL));
    var failure =
        Fixture.settlement(
            claimed.get(0), new Outcome.Failed(Failure.of(FailureKind.APP_ERROR, "late"), false));
    var other = Fixture.settlement(claimed.get(1), new Outcome.Succeeded(Json.NULL));

    var answers = store.settle(List.of(success, success, failure, other));

    assertThat(answers).hasSize(4).allMatch(Settled.Applied.class::isInstance);
    assertThat(Fixture.get(store, claimed.get(0).resultId()).result().errors()).isEmpty();
    assertThat(store.counts().values()).containsExactly(2L);
  }
}
