package io.reproq.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.reproq.memory.MemoryStore;
import io.reproq.store.ClaimRequest.Quota;
import io.reproq.store.ClaimedTask;
import io.reproq.store.NewTask;
import io.reproq.store.QueueStatus;
import io.reproq.store.StoreException;
import io.reproq.store.TaskQuery;
import io.reproq.task.Spec;
import io.reproq.task.TaskStatus;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// What is the memory store's own, beside the contract.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class MemoryStoreTest {
  private final Stage stage = new Stage();

  @BeforeEach
  void set_the_stage() {
    stage.opensWith(MemoryStore::new);
  }

  @Test
  void keeps_very_many_tasks() {
    var count = 200_000;
    var ids = stage.enqueueAll(ClaimContract.tasks(count, Spec.of(Stage.GREET)));

    assertThat(ids).hasSize(count).isSorted().doesNotHaveDuplicates();
    assertThat(stage.store().find(List.of(ids.getFirst(), ids.getLast()))).hasSize(2);
    assertThat(stage.worker("anna").claim(count)).extracting(ClaimedTask::resultId).isEqualTo(ids);
    assertThat(stage.store().counts())
        .containsEntry(new QueueStatus(Spec.DEFAULT_QUEUE, TaskStatus.RUNNING), (long) count);
  }

  @Test
  void parks_many_tasks_in_several_claims() {
    var worker = stage.worker("anna");
    stage.enqueueAll(ClaimContract.tasks(2_500, Spec.of("sample.sum")));
    var mine = stage.enqueue();
    var quota = new Quota(Spec.DEFAULT_QUEUE, 1);

    var first = ScriptedWorker.taken(worker.tryClaim(quota));

    assertThat(first.tasks()).isEmpty();
    assertThat(first.moved()).isTrue();
    assertThat(worker.claimOne().resultId()).isEqualTo(mine);
  }

  @Test
  void waits_for_a_delay_beyond_all_calendars() {
    var task = ClaimContract.tasks(1, Spec.of(Stage.GREET)).getFirst();

    stage.enqueue(task.after(Duration.ofSeconds(Long.MAX_VALUE)));

    assertThat(stage.store().promote(1).nextDue()).isGreaterThan(Duration.ofDays(300_000));
  }

  @Test
  void says_so_when_it_is_closed() {
    var store = stage.store();
    store.close();

    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> store.list(TaskQuery.first(1)))
        .withMessageContaining("closed")
        .matches(e -> !e.isTransient());
  }

  @Test
  void knows_no_transactions_and_says_what_does() {
    var task = NewTask.of(Spec.of("greet").build());
    var connection =
        (Connection)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {Connection.class},
                (proxy, method, arguments) -> {
                  throw new AssertionError(method + " must not be called");
                });

    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> stage.store().enqueue(connection, List.of(task)))
        .withMessageContaining("use postgres://")
        .matches(e -> !e.isTransient());
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() ->
            stage
                .store()
                .complete((lent, abort) -> {
                  throw new AssertionError("must not run");
                }))
        .withMessageContaining("use postgres://");
  }
}
