package io.reproq.worker;

import io.reproq.schedule.Turn;
import io.reproq.store.ScheduleRow;
import io.reproq.store.Schedules;
import io.reproq.store.StoreException;
import io.reproq.store.Ticked;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Enqueues what is due, in single steps. It has no thread of its own: [Beat] takes its steps in a
/// loop, a test takes them one by one. Any number may work on one store, in any number of
/// processes.
public final class Scheduler {
  private static final Logger log = LoggerFactory.getLogger(Scheduler.class);
  private static final int MOST_AT_ONCE = 100;
  private static final Duration SOON = Duration.ofSeconds(1);

  private final Schedules schedules;

  public Scheduler(Schedules schedules) {
    this.schedules = schedules;
  }

  /// Does what is due now, or the first hundred of it. A schedule that cannot be obeyed is noted
  /// down and keeps no other one waiting.
  ///
  /// @throws StoreException when the store cannot say what is due
  public Pass pass() {
    var due = schedules.due(MOST_AT_ONCE);
    var pass = new Collected(due.now());
    due.rows().forEach(row -> turn(row, pass));
    pass.dueIn(due.nextDue());
    if (due.rows().size() == MOST_AT_ONCE) {
      pass.dueIn(Duration.ZERO);
    }
    return new Pass(pass.enqueued, pass.skipped, pass.failures, pass.next);
  }

  private void turn(ScheduleRow row, Collected pass) {
    try {
      var turn = Turn.of(row.schedule(), row.times(), pass.now);
      switch (schedules.tick(row, turn)) {
        case Ticked.Done(var runs, var skipped) -> {
          runs.forEach(run -> {
            log.atInfo()
                .addKeyValue("task_id", run.resultId())
                .addKeyValue("task_path", row.schedule().task().path())
                .log("schedule {}: enqueued for {}", row.name(), run.scheduledAt());
            pass.enqueued.add(new Enqueued(row.name(), run.scheduledAt(), run.resultId()));
          });
          skipped.forEach(tick -> {
            log.warn(
                "schedule {}: left out {}, because the task before is not over", row.name(), tick);
            pass.skipped.add(new Skipped(row.name(), tick));
          });
          pass.dueIn(Duration.between(pass.now, turn.next()));
        }
        case Ticked.Stale stale -> pass.dueIn(Duration.ZERO);
      }
    } catch (StoreException e) {
      pass.failures.add(new Failed(row.name(), String.valueOf(e.getMessage())));
      log.warn("schedule {}: not enqueued: {}", row.name(), e.getMessage());
      if (e.isTransient()) {
        pass.dueIn(SOON);
      } else {
        schedules.fail(row, String.valueOf(e.getMessage()));
      }
    } catch (IllegalArgumentException e) {
      pass.failures.add(new Failed(row.name(), String.valueOf(e.getMessage())));
      log.error("schedule {} cannot be obeyed: {}", row.name(), e.getMessage());
      schedules.fail(row, String.valueOf(e.getMessage()));
    }
  }

  /// What a pass came to.
  ///
  /// @param failures the schedules that could not be obeyed
  /// @param next how long nothing will be due, null when nothing ever will
  public record Pass(
      List<Enqueued> enqueued,
      List<Skipped> skipped,
      List<Failed> failures,
      @Nullable Duration next) {
    public Pass {
      enqueued = List.copyOf(enqueued);
      skipped = List.copyOf(skipped);
      failures = List.copyOf(failures);
    }

    /// Whether there is more to do at once.
    public boolean hasMore() {
      return next != null && !next.isPositive();
    }
  }

  /// A task that was enqueued.
  public record Enqueued(String schedule, Instant scheduledAt, long resultId) {}

  /// A run that was left out, because the task before is not over.
  public record Skipped(String schedule, Instant scheduledAt) {}

  /// A schedule that could not be obeyed.
  public record Failed(String schedule, String reason) {}

  private static final class Collected {
    final Instant now;
    final List<Enqueued> enqueued = new ArrayList<>();
    final List<Skipped> skipped = new ArrayList<>();
    final List<Failed> failures = new ArrayList<>();
    @Nullable Duration next;

    Collected(Instant now) {
      this.now = now;
    }

    void dueIn(@Nullable Duration span) {
      var known = next;
      if (span != null && (known == null || span.compareTo(known) < 0)) {
        next = span;
      }
    }
  }
}
