package io.reproq.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.schedule.Schedule;
import io.reproq.schedule.TaskTemplate;
import io.reproq.schedule.Turn;
import io.reproq.store.ScheduleRow;
import io.reproq.store.TaskQuery;
import io.reproq.worker.Scheduler;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/// Several schedulers on one store, over days on which clocks change: each tick exactly once.
abstract class SeasonContract {
  private static final int SCHEDULERS = 3;
  private static final List<Schedule> SCHEDULES =
      List.of(
          schedule("gap", "30 2 * * *", "Europe/Berlin"),
          schedule("half hour", "15 2 * * *", "Australia/Lord_Howe"),
          schedule("twice a day", "45 1,13 * * *", "America/New_York"),
          schedule("elapsed", "0 */12 * * *", "America/New_York"));

  private final Stage stage;

  SeasonContract(Stage stage) {
    this.stage = stage;
  }

  private static Schedule schedule(String name, String cron, String zone) {
    return Schedule.of(name, cron, TaskTemplate.of(Stage.GREET))
        .withTimeZone(zone)
        .withCatchUp(true);
  }

  @Test
  void each_tick_of_200_days_is_enqueued_once() {
    var schedules = stage.store().schedules();
    var random = new Random(200);
    SCHEDULES.forEach(schedules::set);
    var end = SettableClock.START.plus(Duration.ofDays(200));

    while (stage.clock().now().isBefore(end)) {
      stage.advance(Duration.ofMinutes(1 + random.nextInt(24 * 60)));
      var now = stage.clock().now();
      var seen = new ArrayList<ScheduleRow>();
      for (var i = 0; i < SCHEDULERS; i++) {
        seen.addAll(schedules.due(10).rows());
      }
      Collections.shuffle(seen, random);
      seen.forEach(row -> schedules.tick(row, Turn.of(row.schedule(), row.times(), now)));
    }

    assertThat(enqueued()).isEqualTo(expected());
  }

  @Test
  void each_tick_is_enqueued_once_by_threads_at_the_same_time() throws Exception {
    SCHEDULES.forEach(stage.store().schedules()::set);
    stage.clock().set(Instant.parse("2026-03-05T00:00:00Z"));
    var pass = (Callable<Scheduler.Pass>) () -> new Scheduler(stage.store().schedules()).pass();
    try (var threads = Executors.newFixedThreadPool(SCHEDULERS)) {
      for (var step = 0; step < 80; step++) {
        stage.advance(Duration.ofHours(8));
        for (var passed : threads.invokeAll(Collections.nCopies(SCHEDULERS, pass))) {
          assertThat(passed.get().failures()).isEmpty();
        }
        assertThat(pass.call().failures()).isEmpty();
      }
    }

    assertThat(enqueued()).isEqualTo(expected());
  }

  private List<String> enqueued() {
    return stage.store().list(TaskQuery.first(10_000)).stream()
        .map(task -> task.spec().text())
        .map(spec -> field(spec, "periodic_name") + " " + field(spec, "scheduled_at"))
        .sorted()
        .toList();
  }

  private static String field(String spec, String name) {
    var start = "\"" + name + "\":\"";
    var from = spec.indexOf(start) + start.length();
    return spec.substring(from, spec.indexOf('"', from));
  }

  private List<String> expected() {
    var expected = new ArrayList<String>();
    for (var schedule : SCHEDULES) {
      for (var tick = schedule.next(SettableClock.START);
          !tick.isAfter(stage.clock().now());
          tick = schedule.next(tick)) {
        expected.add(schedule.name() + " " + tick);
      }
    }
    Collections.sort(expected);
    return expected;
  }
}
