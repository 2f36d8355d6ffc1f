package io.reproq.testkit;

import static io.reproq.testkit.TaskRunAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.json.Json;
import io.reproq.store.ClaimRequest.Quota;
import io.reproq.store.ClaimedTask;
import io.reproq.store.NewTask;
import io.reproq.store.QueueStatus;
import io.reproq.store.Settled;
import io.reproq.task.Failure;
import io.reproq.task.FailureKind;
import io.reproq.task.Outcome;
import io.reproq.task.Payload;
import io.reproq.task.Spec;
import io.reproq.task.TaskStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Much at once: many tasks in a list, many threads, long and odd texts.
abstract class LoadContract {
  private static final int BIG = 10_000;

  private final Stage stage;

  LoadContract(Stage stage) {
    this.stage = stage;
  }

  @Test
  void big_lists_are_taken_whole() {
    var worker = stage.worker("anna");
    var ids = stage.enqueueAll(ClaimContract.tasks(BIG, Spec.of(Stage.GREET)));
    assertThat(ids).hasSize(BIG).isSorted().doesNotHaveDuplicates();

    var tasks = worker.claim(BIG);
    assertThat(tasks).extracting(ClaimedTask::resultId).isEqualTo(ids);

    var settlements =
        tasks.stream().map(task -> ScriptedWorker.settlement(task, Stage.success())).toList();
    assertThat(stage.store().settle(settlements))
        .hasSize(BIG)
        .allMatch(Settled.Applied.class::isInstance);
    assertThat(stage.store().counts())
        .containsEntry(new QueueStatus(Spec.DEFAULT_QUEUE, TaskStatus.SUCCESSFUL), (long) BIG);
    assertThat(stage.store().find(ids)).hasSize(BIG);
  }

  @Test
  void big_lists_are_cancelled_whole() {
    var ids = stage.enqueueAll(ClaimContract.tasks(BIG, Spec.of(Stage.GREET)));

    stage.store().cancel(ids);

    assertThat(stage.store().counts())
        .containsEntry(new QueueStatus(Spec.DEFAULT_QUEUE, TaskStatus.CANCELLED), (long) BIG);
  }

  @Test
  @Timeout(60)
  void threads_that_claim_and_settle_run_every_task_once() throws Exception {
    var total = 2_000;
    var ended = new ConcurrentLinkedQueue<Long>();
    var jobs = new ArrayList<Callable<Integer>>();
    for (var producer = 0; producer < 2; producer++) {
      jobs.add(() -> produce(total / 2));
    }
    for (var name : List.of("anna", "bert", "carl")) {
      var worker = stage.worker(name);
      jobs.add(() -> consume(worker, ended, total));
    }

    try (var threads = Executors.newFixedThreadPool(jobs.size())) {
      for (var job : threads.invokeAll(jobs)) {
        job.get();
      }
    }

    assertThat(ended).hasSize(total).doesNotHaveDuplicates();
    assertThat(stage.store().counts())
        .containsEntry(new QueueStatus(Spec.DEFAULT_QUEUE, TaskStatus.SUCCESSFUL), (long) total);
  }

  @Test
  @Timeout(60)
  void a_task_that_is_cancelled_while_it_moves_ends_all_the_same() throws Exception {
    var ids = stage.enqueueAll(ClaimContract.tasks(300, Spec.of(Stage.GREET)));
    var worker = stage.worker("anna");
    var cancelled = new AtomicBoolean();
    Callable<Integer> moving =
        () -> {
          var claims = 0;
          while (!cancelled.get()) {
            for (var task : worker.claim(5)) {
              worker.settle(task, new Outcome.GivenBack());
            }
            claims++;
          }
          return claims;
        };
    Callable<Integer> cancelling =
        () -> {
          try {
            ids.forEach(id -> stage.store().cancel(List.of(id)));
            return ids.size();
          } finally {
            cancelled.set(true);
          }
        };

    try (var threads = Executors.newFixedThreadPool(2)) {
      for (var job : threads.invokeAll(List.of(moving, cancelling))) {
        job.get();
      }
    }

    assertThat(worker.claim(5)).isEmpty();
    assertThat(stage.store().counts())
        .containsEntry(
            new QueueStatus(Spec.DEFAULT_QUEUE, TaskStatus.CANCELLED), (long) ids.size());
  }

  @Test
  @Timeout(60)
  void threads_that_enqueue_one_unique_task_get_one() throws Exception {
    var task = NewTask.of(Spec.of(Stage.GREET).build()).unique(true);
    stage.store();
    var jobs = new ArrayList<Callable<Long>>();
    for (var i = 0; i < 8; i++) {
      jobs.add(() -> stage.enqueue(task));
    }

    var ids = new ArrayList<Long>();
    try (var threads = Executors.newFixedThreadPool(4)) {
      for (var job : threads.invokeAll(jobs)) {
        ids.add(job.get());
      }
    }

    assertThat(ids).hasSize(8).containsOnly(ids.getFirst());
    assertThat(StoreInvariants.all(stage.store())).hasSize(1);
  }

  @Test
  void odd_text_comes_back_as_it_went() {
    var odd = "Zoë 🦉 \u2028 \"quoted\" \\ ' ; DROP TABLE task; -- %s {} :limit ?";
    var json = new Json("[\"nul \\u0000 and \\ud83e\\udd89\", \"" + "long ".repeat(50_000) + "\"]");
    var spec = Spec.of("sample.grüße").queue("Queue 🦉 'x'").payload(Payload.ofArgs(json)).build();
    var start = NewTask.of(spec).start();
    var id = stage.enqueue(new NewTask(spec, start, null, true, new Json("{\"k\":\"🦉\"}")));
    var worker = stage.handling("wörker 🦉", "sample.grüße");

    var task = worker.claim(new Quota("Queue 🦉 'x'", 1)).getFirst();
    assertThat(ScriptedWorker.specOf(task)).isEqualTo(spec);
    worker.settle(
        task, new Outcome.Failed(new Failure(FailureKind.APP_ERROR, odd, odd, odd), false));

    var run = stage.get(id);
    assertThat(run).isFailed().hasLastError(odd).ranOn("wörker 🦉");
    assertThat(run.queue()).isEqualTo("Queue 🦉 'x'");
    assertThat(run.spec().text()).isEqualTo(spec.text());
    assertThat(run.headers()).isEqualTo(new Json("{\"k\":\"🦉\"}"));
    assertThat(run.result().errors().getFirst().failure())
        .isEqualTo(new Failure(FailureKind.APP_ERROR, odd, odd, odd));
  }

  @Test
  void an_odd_value_comes_back_as_it_went() {
    var worker = stage.worker("anna");
    var task = stage.running(worker);
    var value = "{\"nul\":\"\\u0000\",\"owl\":\"🦉\",\"long\":\"" + "x".repeat(200_000) + "\"}";

    worker.settle(task, new Outcome.Succeeded(new Json(value)));

    assertThat(stage.get(task.resultId())).hasValue(value);
  }

  private int produce(int count) {
    for (var done = 0; done < count; done += 10) {
      stage.enqueueAll(ClaimContract.tasks(10, Spec.of(Stage.GREET)));
    }
    return count;
  }

  private int consume(ScriptedWorker worker, ConcurrentLinkedQueue<Long> ended, int total) {
    var claims = 0;
    while (ended.size() < total) {
      var settlements =
          worker.claim(7).stream()
              .map(task -> ScriptedWorker.settlement(task, Stage.success()))
              .toList();
      var answers = stage.store().settle(settlements);
      for (var i = 0; i < answers.size(); i++) {
        if (answers.get(i) instanceof Settled.Applied) {
          ended.add(settlements.get(i).resultId());
        }
      }
      claims++;
    }
    return claims;
  }
}
