package io.reproq.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.task.Outcome;
import io.reproq.task.Spec;
import io.reproq.task.TaskStatus;
import io.reproq.worker.Attempt;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// Who runs a task whose path has no handler in a worker.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class EngineOthersTest extends EngineStage {
  private final List<String> elsewhere = new ArrayList<>();

  @Test
  void what_has_a_handler_runs_by_it_and_the_rest_by_what_runs_others() {
    var handled = new ArrayList<String>();
    var worker =
        ManualWorker.of("w")
            .handle(
                "greet",
                attempt -> {
                  handled.add(attempt.spec().taskPath());
                  return DONE;
                })
            .others(this::runElsewhere)
            .enter(store, clock);
    var own = enqueue(Spec.of("greet"));
    var other = enqueue(Spec.of("myapp.tasks.send"));

    worker.work();

    assertThat(handled).containsExactly("greet");
    assertThat(elsewhere).containsExactly("myapp.tasks.send");
    assertThat(get(own).standing().status()).isEqualTo(TaskStatus.SUCCESSFUL);
    assertThat(get(other).standing().status()).isEqualTo(TaskStatus.SUCCESSFUL);
  }

  @Test
  void a_path_that_another_worker_handles_is_left_to_it() {
    var handling = ManualWorker.of("java").handle("greet", attempt -> DONE).enter(store, clock);
    var worker = ManualWorker.of("w").others(this::runElsewhere).enter(store, clock);
    var id = enqueue(Spec.of("greet"));

    worker.work();
    assertThat(elsewhere).isEmpty();
    assertThat(get(id).standing().parkedKey()).isEqualTo("path:greet");

    handling.work();
    assertThat(get(id).standing().status()).isEqualTo(TaskStatus.SUCCESSFUL);
  }

  @Test
  void a_worker_that_runs_no_others_leaves_them_to_one_that_does() {
    var handling = ManualWorker.of("java").handle("greet", attempt -> DONE).enter(store, clock);
    var id = enqueue(Spec.of("myapp.tasks.send"));
    handling.work();
    assertThat(get(id).standing().parkedKey()).isEqualTo("path:myapp.tasks.send");

    ManualWorker.of("w").others(this::runElsewhere).enter(store, clock).work();

    assertThat(elsewhere).containsExactly("myapp.tasks.send");
  }

  private Outcome runElsewhere(Attempt attempt) {
    elsewhere.add(attempt.spec().taskPath());
    return DONE;
  }
}
