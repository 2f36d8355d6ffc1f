package io.reproq.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reproq.json.Json;
import io.reproq.schedule.Overlap;
import io.reproq.schedule.Schedule;
import io.reproq.schedule.TaskTemplate;
import io.reproq.schedule.Turn;
import io.reproq.store.ScheduleRow;
import io.reproq.store.Schedules;
import io.reproq.store.TaskQuery;
import io.reproq.store.TaskRun;
import io.reproq.store.Ticked;
import io.reproq.task.Limits;
import io.reproq.worker.Scheduler;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What [Schedules] have to do.
abstract class ScheduleContract {
  private static final Instant ONE = SettableClock.START.plus(Duration.ofHours(1));
  private static final Schedule HOURLY =
      Schedule.of("hourly", "@hourly", TaskTemplate.of(Stage.GREET));

  private final Stage stage;

  ScheduleContract(Stage stage) {
    this.stage = stage;
  }

  @Test
  void there_are_none_at_first() {
    assertThat(schedules().list()).isEmpty();
    assertThat(schedules().find("hourly")).isEmpty();
    assertThat(schedules().due(10).rows()).isEmpty();
    assertThat(schedules().due(10).nextDue()).isNull();
  }

  @Test
  void what_is_set_is_kept_as_it_is() {
    var task =
        TaskTemplate.of("sample.sum")
            .withPayload(Json.parse("{\"args\":[1,\"ü\"],\"kwargs\":{\"a\":null}}"))
            .withQueue("mail")
            .withPriority(-3)
            .withMaxAttempts(7)
            .withTimeout(Duration.ofMillis(1500))
            .withLimits(new Limits("lock", "key", 2));
    var schedule =
        Schedule.of("Größe 1", "TZ=Asia/Kathmandu 30 2 * * mon", task)
            .withTimeZone("Europe/Berlin")
            .withOverlap(Overlap.QUEUE)
            .withCatchUp(true)
            .withEnabled(false);

    var row = schedules().set(schedule);

    assertThat(schedules().find("Größe 1")).contains(row);
    assertThat(schedules().list()).containsExactly(row);
    var payload = row.schedule().task().payload();
    assertThat(payload.canonical()).isEqualTo(task.payload().canonical());
    assertThat(row.schedule())
        .isEqualTo(
            new Schedule(
                schedule.name(),
                schedule.cron(),
                schedule.timeZone(),
                task.withPayload(payload),
                schedule.overlap(),
                schedule.catchUp(),
                schedule.enabled()));
    assertThat(row.times().lastRunAt()).isNull();
    assertThat(row.lastError()).isNull();
  }

  @Test
  void what_could_not_be_obeyed_is_refused_and_changes_nothing() {
    var row = schedules().set(HOURLY);

    for (var bad :
        List.of(
            Schedule.of("hourly", "0 0 30 2 *", HOURLY.task()),
            Schedule.of("hourly", "TZ=UTC", HOURLY.task()),
            Schedule.of("hourly", "@daily", TaskTemplate.of("")),
            Schedule.of("hourly", "@daily", HOURLY.task().withPayload(Json.NULL)),
            Schedule.of("", "@daily", HOURLY.task()),
            HOURLY.withTimeZone("Mars/Base"))) {
      assertThatThrownBy(() -> schedules().set(bad)).isInstanceOf(IllegalArgumentException.class);
    }

    assertThat(schedules().list()).containsExactly(row);
  }

  @Test
  void a_schedule_is_due_at_its_next_time_and_not_before() {
    schedules().set(HOURLY);
    assertThat(schedules().due(10).nextDue()).isEqualTo(Duration.ofHours(1));
    stage.clock().set(ONE.minusMillis(1));
    assertThat(pass().enqueued()).isEmpty();

    stage.clock().set(ONE);
    var pass = pass();

    assertThat(pass.enqueued()).hasSize(1);
    assertThat(pass.next()).isEqualTo(Duration.ofHours(1));
    var run = stage.get(pass.enqueued().getFirst().resultId());
    TaskRunAssert.assertThat(run).isReady();
    assertThat(run.spec()).isEqualTo(new Json(HOURLY.spec(ONE).text()));
    assertThat(times().lastRunAt()).isEqualTo(ONE);
    assertThat(times().nextRunAt()).isEqualTo(hours(2));
    assertThat(pass().enqueued()).isEmpty();
  }

  @Test
  void a_tick_can_be_claimed_like_any_task() {
    schedules().set(HOURLY);
    stage.clock().set(ONE);
    var id = pass().enqueued().getFirst().resultId();

    assertThat(stage.worker("anna").claimOne().resultId()).isEqualTo(id);
  }

  @Test
  void of_two_schedulers_that_read_the_same_one_enqueues() {
    schedules().set(HOURLY);
    stage.clock().set(ONE);
    var first = schedules().due(10).rows().getFirst();
    var second = schedules().due(10).rows().getFirst();

    assertThat(tick(first)).isInstanceOf(Ticked.Done.class);
    assertThat(tick(second)).isEqualTo(new Ticked.Stale());
    assertThat(tasks()).hasSize(1);
  }

  @Test
  void a_tick_that_was_enqueued_before_is_not_enqueued_again() {
    schedules().set(HOURLY);
    stage.clock().set(ONE);
    pass();
    var moved = row();

    var again = schedules().tick(moved, new Turn(List.of(ONE, hours(2)), hours(3)));

    assertThat(((Ticked.Done) again).runs())
        .extracting(Ticked.Run::scheduledAt)
        .containsExactly(hours(2));
    assertThat(tasks()).hasSize(2);
    assertThat(times().nextRunAt()).isEqualTo(hours(3));
  }

  @Test
  void a_schedule_that_changed_since_it_was_read_is_left_alone() {
    schedules().set(HOURLY);
    stage.clock().set(ONE);
    var seen = schedules().due(10).rows().getFirst();
    schedules().set(Schedule.of("hourly", "@hourly", TaskTemplate.of("sample.sum")));

    assertThat(tick(seen)).isEqualTo(new Ticked.Stale());

    assertThat(pass().enqueued()).hasSize(1);
    assertThat(tasks().getFirst().taskPath()).isEqualTo("sample.sum");
  }

  @Test
  void a_schedule_that_was_removed_since_it_was_read_enqueues_nothing() {
    schedules().set(HOURLY);
    stage.clock().set(ONE);
    var seen = schedules().due(10).rows().getFirst();

    assertThat(schedules().remove("hourly")).isTrue();
    assertThat(schedules().remove("hourly")).isFalse();

    assertThat(tick(seen)).isEqualTo(new Ticked.Stale());
    assertThat(tasks()).isEmpty();
  }

  @Test
  void missed_ticks_are_one_run_for_the_oldest() {
    schedules().set(HOURLY);
    stage.clock().set(hours(5).plusSeconds(1));

    assertThat(pass().enqueued()).extracting(Scheduler.Enqueued::scheduledAt).containsExactly(ONE);
    assertThat(times().nextRunAt()).isEqualTo(hours(6));
  }

  @Test
  void every_missed_tick_is_made_up_for_when_asked_oldest_first() {
    schedules().set(HOURLY.withCatchUp(true));
    stage.clock().set(hours(4));

    assertThat(pass().enqueued())
        .extracting(Scheduler.Enqueued::scheduledAt)
        .containsExactly(ONE, hours(2), hours(3), hours(4));
    assertThat(times().lastRunAt()).isEqualTo(hours(4));
  }

  @Test
  void more_missed_ticks_than_a_turn_takes_come_in_several() {
    schedules().set(HOURLY.withCatchUp(true));
    stage.clock().set(hours(1003));

    var first = pass();
    assertThat(first.enqueued()).hasSize(1000);
    assertThat(first.hasMore()).isTrue();
    assertThat(pass().enqueued()).hasSize(3);
    assertThat(pass().enqueued()).isEmpty();
  }

  @Test
  void runs_overlap_when_nothing_else_is_said() {
    schedules().set(HOURLY);
    stage.clock().set(ONE);
    pass();
    stage.clock().set(hours(2));

    assertThat(pass().enqueued()).hasSize(1);
  }

  @Test
  void a_run_is_skipped_while_the_one_before_is_not_over() {
    schedules().set(HOURLY.withOverlap(Overlap.SKIP));
    stage.clock().set(ONE);
    pass();
    stage.clock().set(hours(2));

    var pass = pass();

    assertThat(pass.enqueued()).isEmpty();
    assertThat(pass.skipped()).containsExactly(new Scheduler.Skipped("hourly", hours(2)));
    assertThat(times().lastRunAt()).isEqualTo(ONE);
    assertThat(times().nextRunAt()).isEqualTo(hours(3));
    finish();
    assertThat(pass().enqueued()).isEmpty();
    stage.clock().set(hours(3));
    assertThat(pass().enqueued()).hasSize(1);
  }

  @Test
  void a_run_that_takes_days_is_not_forgotten() {
    schedules().set(HOURLY.withOverlap(Overlap.SKIP));
    stage.clock().set(ONE);
    pass();

    for (var hour = 2; hour < 80; hour++) {
      stage.clock().set(hours(hour));
      assertThat(pass().skipped()).hasSize(1);
    }

    assertThat(tasks()).hasSize(1);
  }

  @Test
  void a_disabled_schedule_enqueues_nothing_and_makes_up_for_nothing() {
    schedules().set(HOURLY.withCatchUp(true));
    assertThat(schedules().enable("hourly", false)).isTrue();
    stage.clock().set(hours(5).plusSeconds(1));
    assertThat(pass().enqueued()).isEmpty();

    assertThat(schedules().enable("hourly", true)).isTrue();

    assertThat(pass().enqueued()).isEmpty();
    assertThat(times().nextRunAt()).isEqualTo(hours(6));
    assertThat(schedules().enable("daily", true)).isFalse();
  }

  @Test
  void setting_it_again_does_not_lose_what_is_due() {
    schedules().set(HOURLY);
    stage.clock().set(ONE.plusSeconds(1));

    schedules().set(Schedule.of("hourly", "@hourly", HOURLY.task().withPriority(9)));

    assertThat(pass().enqueued()).extracting(Scheduler.Enqueued::scheduledAt).containsExactly(ONE);
  }

  @Test
  void setting_other_times_forgets_what_was_due() {
    schedules().set(HOURLY);
    stage.clock().set(ONE.plusSeconds(1));

    schedules().set(Schedule.of("hourly", "30 * * * *", HOURLY.task()));

    assertThat(pass().enqueued()).isEmpty();
    assertThat(times().nextRunAt()).isEqualTo(ONE.plus(Duration.ofMinutes(30)));
  }

  @Test
  void a_run_that_somebody_asks_for_is_beside_all_ticks() {
    schedules().set(HOURLY.withOverlap(Overlap.SKIP).withEnabled(false));
    stage.clock().set(ONE);
    var times = times();

    var id = schedules().runNow("hourly").orElseThrow();

    TaskRunAssert.assertThat(stage.get(id)).isReady();
    assertThat(times()).isEqualTo(times);
    assertThat(schedules().runNow("daily")).isEmpty();
    assertThat(schedules().runNow("hourly").orElseThrow()).isNotEqualTo(id);
    schedules().enable("hourly", true);
    stage.clock().set(hours(2));
    assertThat(pass().skipped()).hasSize(1);
  }

  @Test
  void one_that_failed_rests_for_an_hour_and_keeps_nobody_waiting() {
    schedules().set(HOURLY);
    schedules().set(Schedule.of("other", "@hourly", HOURLY.task()));
    stage.clock().set(ONE);
    var seen = row();

    schedules().fail(seen, "no such thing");

    assertThat(row().lastError()).isEqualTo("no such thing");
    assertThat(pass().enqueued()).extracting(Scheduler.Enqueued::schedule).containsExactly("other");
    stage.advance(Duration.ofMinutes(59));
    assertThat(pass().enqueued()).isEmpty();
    stage.advance(Duration.ofMinutes(1));
    assertThat(pass().enqueued())
        .extracting(Scheduler.Enqueued::schedule)
        .containsExactlyInAnyOrder("hourly", "other");
    assertThat(row().lastError()).isNull();
  }

  @Test
  void one_that_failed_is_tried_at_once_when_it_has_changed() {
    var seen = schedules().set(HOURLY);
    stage.clock().set(ONE);
    schedules().fail(seen, "no such thing");
    schedules().set(Schedule.of("hourly", "@hourly", TaskTemplate.of("sample.sum")));

    schedules().fail(seen, "too late");

    assertThat(row().lastError()).isNull();
    assertThat(pass().enqueued()).hasSize(1);
  }

  @Test
  void the_longest_due_come_first_up_to_the_limit() {
    for (var minute : List.of(30, 10, 20)) {
      schedules().set(Schedule.of("at " + minute, minute + " * * * *", HOURLY.task()));
    }
    stage.clock().set(ONE);

    assertThat(schedules().due(2).rows())
        .extracting(ScheduleRow::name)
        .containsExactly("at 10", "at 20");
    assertThat(schedules().list())
        .extracting(ScheduleRow::name)
        .containsExactly("at 10", "at 20", "at 30");
  }

  private void finish() {
    var worker = stage.worker("anna");
    worker.settle(worker.claimOne(), Stage.success());
  }

  private Ticked tick(ScheduleRow seen) {
    return schedules().tick(seen, Turn.of(seen.schedule(), seen.times(), stage.clock().now()));
  }

  private Scheduler.Pass pass() {
    return new Scheduler(schedules()).pass();
  }

  private Schedules schedules() {
    return stage.store().schedules();
  }

  private ScheduleRow row() {
    return schedules().find("hourly").orElseThrow();
  }

  private Schedule.Times times() {
    return row().times();
  }

  private List<TaskRun> tasks() {
    return stage.store().list(TaskQuery.first(100));
  }

  private static Instant hours(int count) {
    return SettableClock.START.plus(Duration.ofHours(count));
  }
}
