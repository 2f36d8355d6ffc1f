package io.reproq.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reproq.task.InvalidSpecException;
import io.reproq.task.Spec;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
final class NewTaskTest {
  private static final Instant NOW = Instant.parse("2025-01-01T00:00:00Z");

  @Test
  void a_task_without_a_time_starts_at_once_beside_any_twin() {
    var task = NewTask.of(Spec.of("a.b").build());

    assertThat(task.start().from(NOW)).isZero();
    assertThat(task.unique()).isFalse();
    assertThat(task.headers()).isNull();
  }

  @Test
  void a_time_counts_with_its_offset_and_its_microseconds() {
    var utc = NewTask.of(at("2025-01-01T02:03:04.567891+00:00"));
    var east = NewTask.of(at("2025-01-01T05:30:10+05:30"));

    assertThat(utc.start().from(NOW)).isEqualTo(Duration.parse("PT2H3M4.567891S"));
    assertThat(east.start().from(NOW)).isEqualTo(Duration.ofSeconds(10));
  }

  @Test
  void a_time_that_has_passed_is_no_delay() {
    assertThat(NewTask.of(at("2024-12-31T23:59:59Z")).start().from(NOW)).isNegative();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "tomorrow", "2025-01-01T02:03:04", "2025-02-30T00:00:00Z"})
  void a_time_without_an_offset_or_sense_is_refused_by_name_and_value(String runAfter) {
    assertThatThrownBy(() -> NewTask.of(at(runAfter)))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessage("run_after must be an ISO-8601 time with an offset, was '%s'", runAfter);
  }

  @Test
  void a_delay_replaces_the_time_and_keeps_the_rest() {
    var task = NewTask.of(at("2030-01-01T00:00:00Z")).unique(true).after(Duration.ofSeconds(5));

    assertThat(task.start()).isEqualTo(new NewTask.Moment.After(Duration.ofSeconds(5)));
    assertThat(task.unique()).isTrue();
  }

  private static Spec at(String runAfter) {
    return Spec.of("a.b").runAfter(runAfter).build();
  }
}
