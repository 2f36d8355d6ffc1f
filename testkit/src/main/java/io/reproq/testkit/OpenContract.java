package io.reproq.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.store.NewTask;
import io.reproq.task.Outcome;
import io.reproq.task.Spec;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// What an open store has to do beside its verbs: call listeners, describe itself, close.
abstract class OpenContract {
  /// Listeners may be called from any thread; seconds.
  private static final int PATIENCE = 10;

  private final Stage stage;

  OpenContract(Stage stage) {
    this.stage = stage;
  }

  @Test
  void a_listener_hears_of_new_tasks() throws Exception {
    var heard = new CountDownLatch(1);
    stage.store().onWork(heard::countDown);

    stage.enqueue();

    assertThat(heard.await(PATIENCE, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void a_listener_hears_of_tasks_that_are_promoted() throws Exception {
    stage.enqueue(NewTask.of(Spec.of(Stage.GREET).build()).after(Duration.ofSeconds(1)));
    stage.advance(Duration.ofSeconds(1));
    var heard = new CountDownLatch(1);
    stage.store().onWork(heard::countDown);

    stage.store().promote(1);

    assertThat(heard.await(PATIENCE, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void a_listener_hears_of_tasks_that_come_back() throws Exception {
    var worker = stage.worker("anna");
    var task = stage.running(worker);
    var heard = new CountDownLatch(1);
    stage.store().onWork(heard::countDown);

    worker.settle(task, new Outcome.GivenBack());

    assertThat(heard.await(PATIENCE, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void a_listener_hears_of_tasks_that_are_taken_back() throws Exception {
    var anna = stage.worker("anna");
    var bert = stage.worker("bert");
    stage.running(anna);
    var heard = new CountDownLatch(1);
    stage.store().onWork(heard::countDown);

    stage.outlive(bert);

    assertThat(heard.await(PATIENCE, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void a_listener_that_was_taken_away_hears_nothing() throws Exception {
    var heard = new AtomicInteger();
    var other = new CountDownLatch(1);
    var remove = stage.store().onWork(heard::incrementAndGet);
    stage.store().onWork(other::countDown);

    remove.run();
    remove.run();
    stage.enqueue();

    assertThat(other.await(PATIENCE, TimeUnit.SECONDS)).isTrue();
    assertThat(heard).hasValue(0);
  }

  @Test
  void a_store_describes_itself() {
    assertThat(stage.store().describe()).isNotBlank();
  }

  @Test
  void a_store_may_be_closed_again() {
    var store = stage.store();
    stage.close();

    store.close();

    assertThat(store.describe()).isNotBlank();
  }
}
