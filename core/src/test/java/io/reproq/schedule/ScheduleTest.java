package io.reproq.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reproq.json.Json;
import io.reproq.schedule.Schedule.Times;
import io.reproq.task.Limits;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class ScheduleTest {
  private static final Instant THREE = Instant.parse("2026-01-01T03:00:00Z");
  private static final Schedule NIGHTLY =
      Schedule.of("nightly", "0 3 * * *", TaskTemplate.of("sample.greet"));

  @Test
  void its_spec_has_the_keys_of_the_contract_and_no_more() {
    assertThat(NIGHTLY.spec(THREE).text())
        .isEqualTo(
            "{\"args\":[],\"concurrency_key\":null,\"concurrency_limit\":0,\"exec\":"
                + "{\"max_attempts\":3,\"timeout_seconds\":900},\"kwargs\":{},"
                + "\"periodic_name\":\"nightly\",\"priority\":0,\"queue_name\":\"default\","
                + "\"scheduled_at\":\"2026-01-01T03:00:00Z\",\"task_path\":\"sample.greet\"}");
  }

  @Test
  void every_tick_has_a_hash_of_its_own() {
    assertThat(NIGHTLY.spec(THREE).hash())
        .isEqualTo(NIGHTLY.spec(THREE).hash())
        .isNotEqualTo(NIGHTLY.spec(THREE.plusSeconds(1)).hash());
  }

  @Test
  void everything_it_says_reaches_the_spec() {
    var task =
        TaskTemplate.of("sample.greet")
            .withQueue("mail")
            .withPriority(7)
            .withMaxAttempts(5)
            .withTimeout(Duration.ofMillis(1500))
            .withLimits(new Limits("lock", "key", 2));

    var spec = Schedule.of("n", "@daily", task).withOverlap(Overlap.QUEUE).spec(THREE);

    assertThat(spec.queue()).isEqualTo("mail");
    assertThat(spec.priority()).isEqualTo(7);
    assertThat(spec.retry().maxAttempts()).isEqualTo(5);
    assertThat(spec.timeout()).isEqualTo(Duration.ofMillis(1500));
    assertThat(spec.limits()).isEqualTo(new Limits("lock", "key", 2));
  }

  @Test
  void what_the_contract_allows_to_be_left_out_has_its_default() {
    var spec =
        Schedule.of("n", "@daily", TaskTemplate.of("a.b").withQueue("").withMaxAttempts(0))
            .spec(THREE);

    assertThat(spec.queue()).isEqualTo("default");
    assertThat(spec.retry().maxAttempts()).isEqualTo(3);
  }

  @Test
  void runs_that_queue_up_share_a_lock() {
    assertThat(NIGHTLY.withOverlap(Overlap.QUEUE).spec(THREE).limits().lockKey())
        .isEqualTo("periodic:nightly");
    assertThat(NIGHTLY.spec(THREE).limits().lockKey()).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {}                          | []    | {}
          {"args": [1]}               | [1]   | {}
          {"kwargs": {"a": 1}}        | []    | {"a":1}
          {"args": [1], "kwargs": {"a": 1}} | [1] | {"a":1}
          {"name": "Ada"}             | []    | {"name":"Ada"}
          [1, "b"]                    | [1,"b"] | {}
          """)
  void its_payload_is_an_envelope_or_the_arguments(String payload, String args, String kwargs) {
    var spec = with(payload).spec(THREE);

    assertThat(spec.payload().args().text()).isEqualTo(args);
    assertThat(spec.payload().kwargs().text()).isEqualTo(kwargs);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          null               | the payload must be a JSON object or array, was null
          5                  | the payload must be a JSON object or array, was number
          {"args": {}}       | the payload's args must be a JSON array, was object
          {"args": null}     | the payload's args must be a JSON array, was null
          {"kwargs": [1]}    | the payload's kwargs must be a JSON object, was array
          {                  | JSON
          """)
  void a_payload_that_is_neither_is_refused(String payload, String reason) {
    assertThatThrownBy(() -> with(payload).check())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void what_it_says_is_checked() {
    assertThatThrownBy(() -> Schedule.of(" ", "@daily", TaskTemplate.of("a.b")).check())
        .hasMessageContaining("needs a name");
    assertThatThrownBy(() -> Schedule.of("a\0", "@daily", TaskTemplate.of("a.b")).check())
        .hasMessageContaining("printable");
    assertThatThrownBy(() -> Schedule.of("a", "0 0 30 2 *", TaskTemplate.of("a.b")).check())
        .hasMessageContaining("it never comes");
    assertThatThrownBy(() -> NIGHTLY.withTimeZone("Mars/Base").check())
        .hasMessageContaining("Mars/Base");
    assertThatThrownBy(() -> Schedule.of("a", "@daily", TaskTemplate.of(" ")).check())
        .hasMessageContaining("task_path is empty");
  }

  @Test
  void is_not_due_before_its_time() {
    assertThat(turn(NIGHTLY, null, THREE, THREE.minusNanos(1)))
        .isEqualTo(new Turn(List.of(), THREE));
  }

  @Test
  void missed_runs_are_one_run_for_the_oldest() {
    assertThat(turn(NIGHTLY, null, THREE, days(4).plusSeconds(5)))
        .isEqualTo(new Turn(List.of(THREE), days(5)));
  }

  @Test
  void all_missed_runs_are_made_up_for_when_asked() {
    assertThat(turn(NIGHTLY.withCatchUp(true), null, THREE, days(2)))
        .isEqualTo(new Turn(List.of(THREE, days(1), days(2)), days(3)));
  }

  @Test
  void a_thousand_missed_runs_are_made_up_for_at_a_time() {
    var turn = turn(NIGHTLY.withCatchUp(true), null, THREE, days(2500));

    assertThat(turn.ticks())
        .isEqualTo(IntStream.range(0, 1000).mapToObj(ScheduleTest::days).toList());
    assertThat(turn.next()).isEqualTo(days(1000));
  }

  @Test
  void runs_that_are_skipped_when_they_overlap_are_not_made_up_for() {
    var skipping = NIGHTLY.withCatchUp(true).withOverlap(Overlap.SKIP);

    assertThat(turn(skipping, null, THREE, days(2))).isEqualTo(new Turn(List.of(THREE), days(3)));
  }

  @Test
  void nothing_up_to_the_last_run_is_repeated() {
    assertThat(turn(NIGHTLY, days(2), THREE, days(2).plusSeconds(60)))
        .isEqualTo(new Turn(List.of(), days(3)));
  }

  @Test
  void a_given_time_is_obeyed_whatever_the_expression_says() {
    var odd = Instant.parse("2026-01-01T03:17:42Z");

    assertThat(turn(NIGHTLY, null, odd, odd)).isEqualTo(new Turn(List.of(odd), days(1)));
  }

  @Test
  void what_was_not_worked_out_counts_from_the_change() {
    assertThat(Turn.of(NIGHTLY, new Times(null, null, THREE.minusSeconds(10)), THREE))
        .isEqualTo(new Turn(List.of(THREE), days(1)));
    assertThat(Turn.of(NIGHTLY, new Times(null, null, THREE), THREE.plusSeconds(5)))
        .isEqualTo(new Turn(List.of(), days(1)));
  }

  private static Turn turn(Schedule schedule, @Nullable Instant last, Instant next, Instant now) {
    return Turn.of(schedule, new Times(last, next, THREE.minusSeconds(1)), now);
  }

  private static Schedule with(String payload) {
    return Schedule.of("n", "@daily", TaskTemplate.of("a.b").withPayload(new Json(payload)));
  }

  private static Instant days(int count) {
    return THREE.plus(Duration.ofDays(count));
  }
}
