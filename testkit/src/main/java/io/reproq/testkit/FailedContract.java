package io.reproq.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.store.ClaimRequest.Quota;
import io.reproq.store.FailedQuery;
import io.reproq.store.NewTask;
import io.reproq.store.TaskRun;
import io.reproq.task.FailureKind;
import io.reproq.task.Outcome;
import io.reproq.task.Spec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What [io.reproq.store.TaskStore#failed] has to do.
abstract class FailedContract {
  private final Stage stage;

  FailedContract(Stage stage) {
    this.stage = stage;
  }

  @Test
  void the_newest_failure_comes_first_then_the_greatest_id() {
    var anna = stage.worker("anna");
    var first = stage.running(anna);
    var second = stage.running(anna);
    var third = stage.running(anna);
    anna.settle(third, forGood());
    stage.advance(Duration.ofSeconds(1));
    anna.settle(first, forGood());
    anna.settle(second, forGood());

    assertThat(failed(FailedQuery.newest(10)))
        .containsExactly(second.resultId(), first.resultId(), third.resultId());
  }

  @Test
  void only_failed_tasks_are_shown_with_what_went_wrong() {
    var anna = stage.worker("anna");
    anna.settle(stage.running(anna), Stage.success());
    stage.store().cancel(List.of(stage.enqueue()));
    var failed = stage.running(anna);
    anna.settle(failed, forGood());
    stage.enqueue();

    var shown = stage.store().failed(FailedQuery.newest(10));

    assertThat(shown).containsExactly(stage.get(failed.resultId()));
    TaskRunAssert.assertThat(shown.getFirst()).isFailed().hasErrors(FailureKind.APP_ERROR);
    stage.store().retry(List.of(failed.resultId()));
    assertThat(failed(FailedQuery.newest(10))).isEmpty();
  }

  @Test
  void a_page_begins_where_the_one_before_ended() {
    var all = new ArrayList<Long>();
    for (var i = 0; i < 7; i++) {
      all.addFirst(failed(Spec.of(Stage.GREET)));
      stage.advance(Duration.ofMillis(i % 2));
    }
    var seen = new ArrayList<Long>();
    var query = FailedQuery.newest(2);
    for (var page = stage.store().failed(query); !page.isEmpty(); ) {
      page.forEach(run -> seen.add(run.resultId()));
      query = query.after(page.getLast());
      page = stage.store().failed(query);
    }

    assertThat(seen).isEqualTo(all);
  }

  @Test
  void a_queue_and_a_path_narrow_it() {
    var mail = failed(Spec.of(Stage.GREET).queue("mail"));
    var sum = failed(Spec.of("sample.sum"));

    assertThat(failed(FailedQuery.newest(10).inQueue("mail"))).containsExactly(mail);
    assertThat(failed(FailedQuery.newest(10).ofPath("sample.sum"))).containsExactly(sum);
    assertThat(failed(FailedQuery.newest(10).inQueue("mail").ofPath("sample.sum"))).isEmpty();
  }

  private List<Long> failed(FailedQuery query) {
    return stage.store().failed(query).stream().map(TaskRun::resultId).toList();
  }

  private long failed(Spec.Builder spec) {
    var task = spec.build();
    var id = stage.enqueue(NewTask.of(task));
    var worker = stage.handling("bert", Stage.GREET, "sample.sum");
    var claimed = worker.claim(new Quota(task.queue(), 1)).getFirst();
    worker.settle(claimed, forGood());
    return id;
  }

  private static Outcome forGood() {
    return new Outcome.Failed(Stage.BOOM, false);
  }
}
