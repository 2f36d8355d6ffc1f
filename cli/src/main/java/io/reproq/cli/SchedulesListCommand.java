package io.reproq.cli;

import io.reproq.cli.database.DatabaseOption;
import io.reproq.cli.database.NamedDatabase;
import io.reproq.cli.option.Answer;
import io.reproq.cli.option.CommonOptions;
import io.reproq.cli.option.Surroundings;
import io.reproq.store.ScheduleRow;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `reproq schedules list`.
@Command(
    name = "list",
    header = "List the schedules, and when each is due.",
    description = "With --json, an array of objects with the columns of periodic_tasks.",
    footer = {"", "Examples:", "  reproq schedules list", "  reproq schedules list --json"})
final class SchedulesListCommand implements Runnable {
  private static final String LINE = "%-20s %-8s %-24s %-24s %-21s %s%n";

  @Mixin private final CommonOptions common = new CommonOptions();
  @Mixin private final DatabaseOption database;
  @Mixin private final Answer answer;

  SchedulesListCommand(Surroundings surroundings) {
    this.database = new DatabaseOption(surroundings, common);
    this.answer = new Answer(common);
  }

  @Override
  public void run() {
    var found = new ArrayList<Found>();
    for (var one : database.all()) {
      try (var store = one.open()) {
        store.schedules().list().forEach(row -> found.add(new Found(one, row)));
      }
    }
    if (answer.isJson()) {
      common.out().println(toJson(found));
    } else {
      print(found);
    }
  }

  private void print(List<Found> found) {
    if (found.isEmpty()) {
      common.out().println("no schedules");
      return;
    }
    common
        .out()
        .printf(
            LINE,
            "name",
            "state",
            "cron",
            "task",
            "next run",
            found.getFirst().beside("last run", "database"));
    for (var one : found) {
      var row = one.row();
      var schedule = row.schedule();
      var zone = schedule.timeZone().equals("UTC") ? "" : " " + schedule.timeZone();
      common
          .out()
          .printf(
              LINE,
              row.name(),
              schedule.enabled() ? "enabled" : "disabled",
              schedule.cron() + zone,
              schedule.task().path(),
              shown(row.times().nextRunAt()),
              one.beside(shown(row.times().lastRunAt()), one.database().alias()));
      if (row.lastError() != null) {
        common.out().println("  cannot be obeyed: " + row.lastError());
      }
    }
  }

  private static String shown(@Nullable Instant time) {
    return time == null ? "-" : time.toString();
  }

  private static ArrayNode toJson(List<Found> found) {
    var out = JsonNodeFactory.instance.arrayNode();
    found.forEach(one -> out.add(one.database().mark(toJson(one.row()))));
    return out;
  }

  private record Found(NamedDatabase database, ScheduleRow row) {
    /// The last column, with that of the database behind it where there are several.
    String beside(String last, String name) {
      return database.isAlone() ? last : "%-24s %s".formatted(last, name);
    }
  }

  static ObjectNode toJson(ScheduleRow row) {
    var schedule = row.schedule();
    var task = schedule.task();
    var entry = JsonNodeFactory.instance.objectNode();
    entry.put("name", row.name());
    entry.put("cron_expr", schedule.cron());
    entry.put("task_path", task.path());
    entry.set("payload_json", task.payload().tree());
    entry.put("queue_name", task.queue());
    entry.put("priority", task.priority());
    entry.put("max_attempts", task.maxAttempts());
    entry.put("concurrency_key", task.limits().concurrencyKey());
    entry.put("concurrency_limit", task.limits().concurrencyLimit());
    time(entry, "last_run_at", row.times().lastRunAt());
    time(entry, "next_run_at", row.times().nextRunAt());
    entry.put("enabled", schedule.enabled());
    time(entry, "updated_at", row.times().changedAt());
    entry.put("time_zone", schedule.timeZone());
    entry.put("overlap", schedule.overlap().label());
    entry.put("catch_up", schedule.catchUp());
    entry.put("timeout_seconds", task.timeout().toMillis() / 1000.0);
    entry.put("lock_key", task.limits().lockKey());
    entry.put("last_error", row.lastError());
    return entry;
  }

  private static void time(ObjectNode entry, String name, @Nullable Instant time) {
    entry.put(name, time == null ? null : time.toString());
  }
}
