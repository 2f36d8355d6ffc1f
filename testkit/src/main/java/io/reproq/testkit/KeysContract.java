package io.reproq.testkit;

import static io.reproq.testkit.TaskRunAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.store.CancelAnswer;
import io.reproq.store.ClaimRequest.Quota;
import io.reproq.store.ClaimedTask;
import io.reproq.store.NewTask;
import io.reproq.task.Limits;
import io.reproq.task.Outcome;
import io.reproq.task.Spec;
import io.reproq.task.TaskStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What lock keys and concurrency keys have to do.
abstract class KeysContract {
  private final Stage stage;

  KeysContract(Stage stage) {
    this.stage = stage;
  }

  @Test
  void one_task_of_a_lock_key_runs_at_a_time_and_the_others_are_parked() {
    var first = stage.enqueue(locked("a"));
    var second = stage.enqueue(locked("a"));
    var other = stage.enqueue(locked("b"));

    assertThat(ids(stage.worker("anna").claim(10))).containsExactly(first, other);

    assertThat(stage.get(second)).isParkedUnder("lock:a");
  }

  @Test
  void as_many_of_a_concurrency_key_run_at_a_time_as_its_limit_says() {
    var tasks = enqueue(5, limited("a", 3));

    assertThat(ids(stage.worker("anna").claim(10))).isEqualTo(tasks.subList(0, 3));

    assertThat(stage.get(tasks.get(3))).isParkedUnder("slot:a");
    assertThat(stage.get(tasks.get(4))).isParkedUnder("slot:a");
  }

  @Test
  void tasks_that_wait_for_keys_are_counted_up_to_a_limit() {
    enqueue(3, locked("a"));
    enqueue(4, limited("b", 2));
    var anna = stage.worker("anna");

    assertThat(stage.store().countBlocked(100)).isZero();
    var taken = anna.claim(10);
    assertThat(stage.store().countBlocked(100)).isEqualTo(4);
    assertThat(stage.store().countBlocked(3)).isEqualTo(3);

    anna.settle(taken.getFirst(), Stage.success());
    assertThat(stage.store().countBlocked(100)).isEqualTo(3);
  }

  @Test
  void keys_hold_between_workers_and_queues() {
    var anna = stage.worker("anna");
    var ben = stage.worker("ben");
    stage.enqueue(locked("a"));
    var other = stage.enqueue(locked("a").queue("mail"));
    anna.claimOne();

    assertThat(ben.claim(new Quota("mail", 5))).isEmpty();
    assertThat(stage.get(other)).isParkedUnder("lock:a");
  }

  @Test
  void the_empty_lock_key_is_a_key_like_any() {
    stage.enqueue(locked(""));
    var second = stage.enqueue(locked(""));

    assertThat(stage.worker("anna").claim(10)).hasSize(1);
    assertThat(stage.get(second)).isParkedUnder("lock:");
  }

  @Test
  void an_empty_concurrency_key_and_a_limit_of_nothing_are_none() {
    enqueue(3, limited("", 1));
    enqueue(3, limited("a", 0));

    assertThat(stage.worker("anna").claim(10)).hasSize(6);
  }

  @Test
  void a_lock_and_a_limit_of_one_name_are_two_keys() {
    enqueue(1, locked("a"));
    enqueue(1, limited("a", 1));

    assertThat(stage.worker("anna").claim(10)).hasSize(2);
  }

  @Test
  void the_end_of_an_attempt_makes_the_next_one_ready_in_the_order_of_ranks() {
    var tasks = enqueue(3, locked("a"));
    var urgent = stage.enqueue(locked("a").priority(5));
    var anna = stage.worker("anna");
    var order = new ArrayList<Long>();
    for (var task = anna.claim(1); !task.isEmpty(); task = anna.claim(1)) {
      order.add(task.getFirst().resultId());
      anna.claim(9);
      anna.settle(task.getFirst(), Stage.success());
    }

    assertThat(order).containsExactly(urgent, tasks.get(0), tasks.get(1), tasks.get(2));
  }

  @Test
  void a_freed_key_promotes_no_more_tasks_than_there_is_room_for() {
    var tasks = enqueue(6, limited("a", 2));
    var anna = stage.worker("anna");
    var held = anna.claim(10);

    anna.settle(held.getFirst(), Stage.success());

    assertThat(stage.get(tasks.get(2))).isReady();
    assertThat(stage.get(tasks.get(3))).isParkedUnder("slot:a");
    assertThat(ids(anna.claim(10))).containsExactly(tasks.get(2));
  }

  @Test
  void a_promoted_task_keeps_its_rank() {
    var anna = stage.worker("anna");
    stage.enqueue(locked("a"));
    var waits = stage.enqueue(locked("a"));
    var holder = anna.claim(2).getFirst();
    stage.advance(Duration.ofMillis(1));
    var plain = stage.enqueue();

    anna.settle(holder, Stage.success());

    assertThat(ids(anna.claim(2))).containsExactly(waits, plain);
  }

  @Test
  void a_newcomer_waits_behind_those_that_are_parked() {
    var anna = stage.worker("anna");
    stage.enqueue(limited("a", 5));
    var narrow = stage.enqueue(limited("a", 1));
    var holder = anna.claim(5).getFirst();
    stage.advance(Duration.ofMillis(1));
    var newcomer = stage.enqueue(limited("a", 5));

    assertThat(anna.claim(5)).isEmpty();
    assertThat(stage.get(newcomer)).isParkedUnder("slot:a");
    anna.settle(holder, Stage.success());

    assertThat(ids(anna.claim(1))).containsExactly(narrow);
  }

  @Test
  void a_lowered_limit_holds_for_new_starts() {
    var anna = stage.worker("anna");
    enqueue(3, limited("a", 3));
    var held = anna.claim(3);
    var lower = stage.enqueue(limited("a", 1));

    anna.claim(5);
    anna.settle(held.get(0), Stage.success());
    anna.settle(held.get(1), Stage.success());
    assertThat(anna.claim(5)).isEmpty();
    anna.settle(held.get(2), Stage.success());

    assertThat(ids(anna.claim(5))).containsExactly(lower);
  }

  @Test
  void a_task_takes_both_its_keys_or_none() {
    var anna = stage.worker("anna");
    var slotHolder = stage.enqueue(limited("s", 1));
    var both = stage.enqueue(both("l", "s", 1));
    var lockOnly = stage.enqueue(locked("l"));

    var held = anna.claim(5);

    assertThat(ids(held)).containsExactly(slotHolder, lockOnly);
    assertThat(stage.get(both)).isParkedUnder("slot:s");
    anna.settle(held.get(0), Stage.success());
    assertThat(anna.claim(5)).isEmpty();
    assertThat(stage.get(both)).isParkedUnder("lock:l");
    anna.settle(held.get(1), Stage.success());
    assertThat(ids(anna.claim(5))).containsExactly(both);
  }

  @Test
  void a_promoted_task_that_is_parked_again_passes_its_key_on() {
    var anna = stage.worker("anna");
    stage.enqueue(locked("l"));
    var held = anna.claim(5).getFirst();
    var both = stage.enqueue(both("l", "s", 1));
    var next = stage.enqueue(locked("l"));
    anna.claim(5);
    stage.enqueue(limited("s", 1));
    anna.claim(5);

    anna.settle(held, Stage.success());

    assertThat(ids(anna.claim(5))).containsExactly(next);
    assertThat(stage.get(both)).isParkedUnder("slot:s");
  }

  @Test
  void a_task_that_is_put_off_lets_its_key_go() {
    var anna = stage.worker("anna");
    for (var outcome : putOffs()) {
      stage.enqueue(locked("a"));
      var second = stage.enqueue(locked("a"));
      var held = anna.claim(5).getFirst();

      anna.settle(held, outcome);

      assertThat(stage.get(second)).isReady();
      stage.store().cancel(List.of(held.resultId(), second));
    }
  }

  @Test
  void a_task_that_is_given_back_comes_before_those_that_waited_for_it() {
    var anna = stage.worker("anna");
    var tasks = enqueue(2, locked("a"));
    var held = anna.claim(5).getFirst();

    anna.settle(held, new Outcome.GivenBack());

    assertThat(ids(anna.claim(5))).containsExactly(tasks.getFirst());
    assertThat(stage.get(tasks.getLast())).isParkedUnder("lock:a");
  }

  @Test
  void a_dead_workers_keys_are_free_again_with_its_tasks() {
    var dead = stage.worker("dead");
    var anna = stage.worker("anna");
    var tasks = enqueue(2, locked("a"));
    dead.claim(1);
    anna.claim(1);

    stage.outlive(anna, anna::renew);

    assertThat(ids(anna.claim(5))).containsExactly(tasks.getFirst());
  }

  @Test
  void a_worker_that_leaves_leaves_its_keys() {
    var ben = stage.worker("ben");
    var anna = stage.worker("anna");
    var tasks = enqueue(2, locked("a"));
    ben.claim(1);
    anna.claim(1);

    ben.leave();

    assertThat(ids(anna.claim(5))).containsExactly(tasks.getFirst());
  }

  @Test
  void a_settlement_that_is_sent_again_frees_nothing_of_the_next_ones() {
    var anna = stage.worker("anna");
    enqueue(3, locked("a"));
    var first = anna.claim(5).getFirst();
    var settlement = ScriptedWorker.settlement(first, Stage.success());
    stage.store().settle(List.of(settlement));
    anna.claim(5);

    stage.store().settle(List.of(settlement));

    assertThat(anna.claim(5)).isEmpty();
  }

  @Test
  void cancelling_a_promoted_task_makes_the_next_one_ready() {
    var anna = stage.worker("anna");
    var tasks = enqueue(3, locked("a"));
    anna.settle(anna.claim(5).getFirst(), Stage.success());

    assertThat(stage.store().cancel(List.of(tasks.get(1)))).containsExactly(CancelAnswer.CANCELLED);

    assertThat(stage.get(tasks.get(2))).isReady();
  }

  @Test
  void a_parked_task_that_is_cancelled_never_starts() {
    var anna = stage.worker("anna");
    var tasks = enqueue(3, locked("a"));
    var held = anna.claim(5).getFirst();

    stage.store().cancel(List.of(tasks.get(1)));
    anna.settle(held, Stage.success());

    assertThat(ids(anna.claim(5))).containsExactly(tasks.get(2));
    assertThat(stage.get(tasks.get(1)).standing().attempts()).isZero();
  }

  @Test
  void a_promoted_task_that_nobody_here_runs_passes_its_key_on() {
    var anna = stage.worker("anna");
    var ben = stage.handling("ben", "sample.sum");
    stage.enqueue(locked("a"));
    var held = anna.claim(5).getFirst();
    var sum = stage.enqueue(Spec.of("sample.sum").limits(new Limits("a", null, 0)));
    ben.claim(5);
    stage.advance(Duration.ofMillis(1));
    var next = stage.enqueue(locked("a"));
    anna.claim(5);
    assertThat(stage.get(sum)).isParkedUnder("lock:a");

    anna.settle(held, Stage.success());

    assertThat(ids(anna.claim(5))).containsExactly(next);
    assertThat(stage.get(sum)).isParkedUnder("path:sample.sum");
  }

  @Test
  void a_promotion_wakes_tasks_whose_promoted_ones_nobody_claims() {
    var anna = stage.worker("anna");
    stage.enqueue(locked("a"));
    var held = anna.claim(5).getFirst();
    var elsewhere = stage.enqueue(locked("a").queue("mail"));
    anna.claim(new Quota("mail", 5));
    stage.advance(Duration.ofMillis(1));
    var here = stage.enqueue(locked("a"));
    anna.claim(5);
    anna.settle(held, Stage.success());
    assertThat(stage.get(elsewhere)).isReady();
    assertThat(stage.get(here)).isParkedUnder("lock:a");

    stage.store().promote(10);

    assertThat(ids(anna.claim(5))).containsExactly(here);
  }

  @Test
  void a_paused_queue_keeps_no_key_from_others() {
    var anna = stage.worker("anna");
    stage.enqueue(locked("a"));
    var held = anna.claimOne();
    var paused = stage.enqueue(locked("a").queue("mail"));
    anna.claim(new Quota("mail", 5));
    stage.advance(Duration.ofMillis(1));
    var here = stage.enqueue(locked("a"));
    anna.claim(5);
    stage.store().queues().pause("mail", "a test");

    anna.settle(held, Stage.success());

    assertThat(stage.get(paused)).isParkedUnder("lock:a");
    anna.settle(anna.claimOne(), Stage.success());
    assertThat(stage.get(here).standing().status()).isEqualTo(TaskStatus.SUCCESSFUL);
    stage.store().queues().resume("mail");
    stage.store().promote(10);
    assertThat(stage.get(paused)).isReady();
  }

  @Test
  void many_tasks_over_few_keys_all_run() {
    var anna = stage.worker("anna");
    var tasks = new ArrayList<NewTask>();
    for (var i = 0; i < 60; i++) {
      tasks.add(NewTask.of(both("l" + i % 4, "s" + i % 3, 2).build()));
    }
    stage.enqueueAll(tasks);
    var done = 0;
    for (var round = 0; round < 200 && done < 60; round++) {
      for (var task : anna.claim(10)) {
        anna.settle(task, Stage.success());
        done++;
      }
      stage.store().promote(10);
    }

    assertThat(done).isEqualTo(60);
  }

  private List<Outcome> putOffs() {
    return List.of(
        new Outcome.Failed(Stage.BOOM, true), new Outcome.Snoozed(Duration.ofSeconds(9)));
  }

  private List<Long> enqueue(int count, Spec.Builder spec) {
    var ids = new ArrayList<Long>();
    for (var i = 0; i < count; i++) {
      ids.add(stage.enqueue(spec));
    }
    return ids;
  }

  static Spec.Builder locked(String key) {
    return Spec.of(Stage.GREET).limits(new Limits(key, null, 0));
  }

  static Spec.Builder limited(String key, int limit) {
    return Spec.of(Stage.GREET).limits(new Limits(null, key, limit));
  }

  private static Spec.Builder both(String lock, String slot, int limit) {
    return Spec.of(Stage.GREET).limits(new Limits(lock, slot, limit));
  }

  private static List<Long> ids(List<ClaimedTask> tasks) {
    return tasks.stream().map(ClaimedTask::resultId).toList();
  }
}
