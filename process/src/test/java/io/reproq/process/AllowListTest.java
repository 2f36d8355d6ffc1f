package io.reproq.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reproq.process.ExecutorConfig.Command;
import io.reproq.process.ExecutorConfig.Kind;
import io.reproq.process.ExecutorMetrics.Count;
import io.reproq.task.FailureKind;
import io.reproq.task.Spec;
import io.reproq.task.TaskStatus;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class AllowListTest {
  @ParameterizedTest
  @CsvSource({
    "myapp.tasks., myapp.tasks.send, true",
    "myapp.tasks, myapp.tasks.send, true",
    "myapp.tasks, myapp.tasks.mail.send, true",
    "myapp.tasks.send, myapp.tasks.send, true",
    "myapp.tasks.send, myapp.tasks.send_all, false",
    "myapp.tasks, myapp.tasks_evil.send, false",
    "myapp.tasks., myapp.tasks_evil.send, false",
    "myapp.tasks, myapp.send, false",
    "myapp.tasks, os.system, false",
    "*, os.system, true",
    "*, ünï.côdé, true",
    "*, os..system, false",
    "*, .os.system, false",
    "*, os.system., false",
    "*, -c.print, false",
    "*, os.system x, false",
    "*, os/system, false",
    "*, 1os.system, false",
    "myapp.tasks, myapp.tasks..os, false",
  })
  void a_path_is_admitted_or_not(String entry, String path, boolean admitted) {
    assertThat(new AllowList(List.of(entry)).admits(path)).isEqualTo(admitted);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "a..b", "*.tasks", "my app", "-m", "a/b", "a.b.."})
  void an_entry_that_is_no_module_is_refused(String entry) {
    assertThatThrownBy(() -> AllowList.of(List.of(entry)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "allowed_task_modules: '%s' is no module: write one like myapp.tasks, or * for all",
            entry);
  }

  @Test
  void without_entries_the_default_holds() {
    assertThat(AllowList.of(List.of()).entries()).containsExactly("myapp.tasks.", "tasks.");
  }

  @Test
  void a_task_that_is_not_admitted_fails_at_once_and_for_good() {
    var config =
        ExecutorConfig.defaults(Kind.SPAWN, "worker-1")
            .withCommand(new Command("sh", "nothing", List.of(), false))
            .withAllowed(AllowList.of(List.of("tasks")));
    try (var stage = Stage.openAsIs(config)) {
      var run = stage.run(Spec.of("os.system"));

      assertThat(run.standing().status()).isEqualTo(TaskStatus.FAILED);
      assertThat(run.result().errors()).hasSize(1);
      assertThat(Stage.kind(run)).isEqualTo(FailureKind.SECURITY_VIOLATION);
      assertThat(Stage.message(run))
          .isEqualTo("security violation: unauthorized task module path: os.system");
      assertThat(stage.executor.metrics().count(Count.REFUSED)).isOne();
      assertThat(stage.executor.metrics().count(Count.SPAWNED)).isZero();
    }
  }

  @Test
  void a_mock_runs_nothing_and_so_admits_all() {
    try (var stage = Stage.openAsIs(ExecutorConfig.defaults(Kind.MOCK, "worker-1"))) {
      var run = stage.run(Spec.of("os.system"));

      assertThat(run.standing().status()).isEqualTo(TaskStatus.SUCCESSFUL);
    }
  }

  @Test
  void the_path_of_the_description_counts_and_the_last_of_two() {
    var twice = "{\"task_path\": \"tasks.send\", \"task_path\": \"os.system\", \"v\": 1}";

    var spec = Spec.parse(twice);

    assertThat(new AllowList(List.of("tasks")).admits(spec.taskPath())).isFalse();
    assertThat(spec.text()).contains("os.system").doesNotContain("tasks.send");
  }
}
