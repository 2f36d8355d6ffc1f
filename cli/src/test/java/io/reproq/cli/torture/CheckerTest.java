package io.reproq.cli.torture;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.json.Json;
import io.reproq.retry.RetryPolicy;
import io.reproq.store.NewTask;
import io.reproq.store.TaskRun;
import io.reproq.store.TaskRun.AttemptError;
import io.reproq.store.TaskRun.Extras;
import io.reproq.store.TaskRun.Result;
import io.reproq.store.TaskRun.Standing;
import io.reproq.store.TaskRun.Times;
import io.reproq.task.Failure;
import io.reproq.task.FailureKind;
import io.reproq.task.Limits;
import io.reproq.task.Spec;
import io.reproq.task.TaskStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class CheckerTest {
  private static final Planned GOOD = planned(TaskStatus.SUCCESSFUL);
  private static final Planned BAD = planned(TaskStatus.FAILED);
  private static final Planned UNWANTED = planned(TaskStatus.CANCELLED);

  private final Checker checker = new Checker(true);

  @Test
  void all_is_well() {
    checker.look(1, GOOD, null, run(1, TaskStatus.SUCCESSFUL, 1, times(0, 0, 10)));
    checker.look(2, GOOD, null, run(2, TaskStatus.SUCCESSFUL, 1, times(10, 10, 20)));
    checker.follows(1, 2);

    var findings = checker.findings();
    assertThat(findings.violations()).isEmpty();
    assertThat(findings.count(TaskStatus.SUCCESSFUL)).isEqualTo(2);
    assertThat(findings.attempts()).isEqualTo(2);
    assertThat(findings.unknown()).isZero();
  }

  @Test
  void a_task_that_is_not_there_is_lost() {
    checker.look(7, GOOD, null, null);

    assertThat(violations()).containsExactly("task 7 is lost");
  }

  @Test
  void a_task_that_ended_otherwise_than_it_must_is_reported() {
    checker.look(7, BAD, null, run(7, TaskStatus.SUCCESSFUL, 1, times(0, 0, 10)));

    assertThat(violations()).singleElement().asString().contains("task 7 ended SUCCESSFUL");
  }

  @Test
  void an_end_that_changed_is_reported() {
    var before = new Ending(TaskStatus.SUCCESSFUL, 1, 4, at(10));

    checker.look(7, GOOD, before, run(7, TaskStatus.SUCCESSFUL, 1, times(0, 0, 10)));

    assertThat(violations()).singleElement().asString().startsWith("task 7 was over, ");
  }

  @Test
  void more_attempts_than_allowed_are_reported() {
    checker.look(7, GOOD, null, run(7, TaskStatus.SUCCESSFUL, 4, times(0, 50, 60)));

    assertThat(violations()).containsExactly("task 7 had 4 attempts of at most 3");
  }

  @Test
  void a_start_before_the_delay_is_over_is_reported() {
    var planned = new Planned(GOOD.task(), GOOD.ends(), Duration.ofMillis(5), false);

    checker.look(7, planned, null, run(7, TaskStatus.SUCCESSFUL, 1, times(4, 4, 10)));

    assertThat(violations()).singleElement().asString().startsWith("task 7 started at ");
  }

  @Test
  void a_step_that_begins_before_its_predecessor_ends_is_reported() {
    checker.look(1, planned(Limits.NONE), null, run(1, TaskStatus.SUCCESSFUL, 1, times(0, 0, 10)));
    checker.look(2, planned(Limits.NONE), null, run(2, TaskStatus.SUCCESSFUL, 1, times(9, 9, 20)));
    checker.follows(1, 2);

    assertThat(violations()).singleElement().asString().contains("before the end of task 1");
  }

  @Test
  void a_failed_last_attempt_held_its_keys() {
    checker.look(1, BAD, null, run(1, TaskStatus.FAILED, 1, times(0, 0, 10), error(1, 10)));
    checker.look(2, GOOD, null, run(2, TaskStatus.SUCCESSFUL, 1, times(9, 9, 20)));

    assertThat(violations()).containsExactly("key lock:door had 2 holders of at most 1");
  }

  @Test
  void a_first_attempt_that_failed_held_its_keys() {
    checker.look(1, GOOD, null, run(1, TaskStatus.SUCCESSFUL, 2, times(0, 50, 60), error(1, 10)));
    checker.look(2, GOOD, null, run(2, TaskStatus.SUCCESSFUL, 1, times(9, 9, 20)));

    assertThat(violations()).containsExactly("key lock:door had 2 holders of at most 1");
  }

  @Test
  void who_is_cancelled_between_two_attempts_holds_nothing_then() {
    var times = times(0, 0, 100);
    var errors = new AttemptError[] {error(1, 10), error(0, 100)};
    checker.look(1, UNWANTED, null, run(1, TaskStatus.CANCELLED, 1, times, errors));
    checker.look(2, GOOD, null, run(2, TaskStatus.SUCCESSFUL, 1, times(10, 10, 20)));

    assertThat(checker.findings().violations()).isEmpty();
    assertThat(checker.findings().unknown()).isZero();
  }

  @Test
  void attempts_whose_start_is_not_kept_are_counted() {
    var errors = new AttemptError[] {error(1, 10), error(2, 30)};
    var run = run(1, TaskStatus.SUCCESSFUL, 3, times(0, 50, 60), errors);
    checker.look(1, GOOD, null, run);
    var doubtful = new Checker(false);
    doubtful.look(1, GOOD, null, run);

    assertThat(checker.findings().unknown()).isEqualTo(1);
    assertThat(doubtful.findings().unknown()).isEqualTo(2);
  }

  private List<String> violations() {
    return checker.findings().violations();
  }

  private static Instant at(int millis) {
    return Instant.parse("2026-01-31T12:00:00Z").plusMillis(millis);
  }

  private static Planned planned(TaskStatus end) {
    return new Planned(task(new Limits("door", null, 0)), Set.of(end), Duration.ZERO, false);
  }

  private static Planned planned(Limits limits) {
    return Planned.of(task(limits), TaskStatus.SUCCESSFUL);
  }

  private static NewTask task(Limits limits) {
    return NewTask.of(
        Spec.of("reproq.noop")
            .limits(limits)
            .retry(RetryPolicy.DEFAULT.withMaxAttempts(3))
            .build());
  }

  private static Times times(int started, int lastStarted, int finished) {
    return new Times(at(0), null, at(started), at(lastStarted), at(finished), null, null);
  }

  private static AttemptError error(int attempt, int millis) {
    return new AttemptError(
        Failure.of(FailureKind.APP_ERROR, "broken"), attempt, at(millis), "anna");
  }

  private static TaskRun run(
      long id, TaskStatus status, int attempts, Times times, AttemptError... errors) {
    return new TaskRun(
        id,
        "reproq.noop",
        "default",
        Json.EMPTY_OBJECT,
        "",
        null,
        new Standing(status, "finished", null, 3, attempts, 0, false, null, null, List.of("anna")),
        times,
        new Result(null, List.of(errors), null),
        Extras.NONE);
  }
}
