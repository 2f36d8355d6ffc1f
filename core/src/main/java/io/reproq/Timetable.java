package io.reproq;

import io.reproq.json.Json;
import io.reproq.schedule.Schedule;
import io.reproq.schedule.TaskTemplate;
import io.reproq.store.ScheduleRow;
import io.reproq.store.Schedules;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// What is enqueued by the clock: the schedules of a [Reproq]. Safe for use by many threads.
///
/// They lie in the database, and are everybody's: whoever is started with a beat enqueues what is
/// due, once for all.
public final class Timetable {
  private final Schedules schedules;
  private final Runnable changed;

  Timetable(Schedules schedules, Runnable changed) {
    this.schedules = schedules;
    this.changed = changed;
  }

  /// All of them, by name.
  public List<ScheduleRow> list() {
    return schedules.list();
  }

  /// The one called `name`.
  public Optional<ScheduleRow> find(String name) {
    return schedules.find(name);
  }

  /// Makes a schedule, or changes the one of its name.
  ///
  /// @throws IllegalArgumentException when it could not be obeyed, saying why
  /// @see Schedules#set
  public ScheduleRow set(Schedule schedule) {
    var row = schedules.set(schedule);
    changed.run();
    return row;
  }

  /// Describes a schedule that enqueues a task of `type` with the queue, priority, attempts and
  /// timeout of the type's own options, in UTC. Nothing is stored before [#set].
  public <P extends @Nullable Object> Schedule describe(
      String name, String cron, TaskType<P, ?> type, P payload) {
    var arguments = PayloadJson.encode(payload, type.payload());
    var envelope =
        "{\"args\":" + arguments.args().text() + ",\"kwargs\":" + arguments.kwargs().text() + "}";
    var options = type.options();
    var task =
        TaskTemplate.of(type.path())
            .withPayload(new Json(envelope))
            .withQueue(options.queue())
            .withPriority(options.priority())
            .withMaxAttempts(options.retry().maxAttempts())
            .withTimeout(options.timeout());
    return Schedule.of(name, cron, task);
  }

  /// Makes the schedule that [#describe] describes, as a program does at every start: one of that
  /// name that somebody has disabled stays so.
  ///
  /// @throws IllegalArgumentException when it could not be obeyed, saying why
  public <P extends @Nullable Object> ScheduleRow set(
      String name, String cron, TaskType<P, ?> type, P payload) {
    var enabled = find(name).map(row -> row.schedule().enabled()).orElse(true);
    return set(describe(name, cron, type, payload).withEnabled(enabled));
  }

  /// Removes a schedule. What it has enqueued stays.
  ///
  /// @return whether it was there
  public boolean remove(String name) {
    return schedules.remove(name);
  }

  /// Lets a schedule enqueue again. What it missed meanwhile is not made up for.
  ///
  /// @return whether it is there
  public boolean enable(String name) {
    var found = schedules.enable(name, true);
    changed.run();
    return found;
  }

  /// Lets a schedule enqueue nothing until it is enabled.
  ///
  /// @return whether it is there
  public boolean disable(String name) {
    return schedules.enable(name, false);
  }

  /// Enqueues a schedule's task now, also while it is disabled. Its times stay as they are.
  ///
  /// @return the task's id, empty when there is no such schedule
  public OptionalLong runNow(String name) {
    return schedules.runNow(name);
  }
}
