package io.reproq.cli.torture;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.store.NewTask;
import io.reproq.task.Limits;
import io.reproq.task.Spec;
import io.reproq.task.TaskStatus;
import java.time.Instant;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class CheckerTest {
  private static final Instant START = Instant.parse("2026-01-31T12:00:00Z");

  private final Checker checker = new Checker();

  @Test
  void two_holders_of_a_lock_at_once_are_reported() {
    var spec = Spec.of("reproq.noop").limits(new Limits("door", null, 0)).build();
    checker.hold(spec, START, START.plusMillis(10));
    checker.hold(spec, START.plusMillis(9), START.plusMillis(20));

    assertThat(checker.violations()).containsExactly("key lock:door had 2 holders of at most 1");
  }

  @Test
  void who_takes_a_key_when_it_is_let_go_does_not_overlap() {
    var spec = Spec.of("reproq.noop").limits(new Limits(null, "slot", 1)).build();
    checker.hold(spec, START.plusMillis(10), START.plusMillis(20));
    checker.hold(spec, START, START.plusMillis(10));

    assertThat(checker.violations()).isEmpty();
  }

  @Test
  void a_task_that_is_not_there_is_lost() {
    var task = NewTask.of(Spec.of("reproq.noop").build());

    checker.look(7, Planned.of(task, TaskStatus.SUCCESSFUL), null);

    assertThat(checker.violations()).containsExactly("task 7 is lost");
  }
}
