package io.reproq.jdbc;

import io.reproq.json.Json;
import io.reproq.schedule.Overlap;
import io.reproq.schedule.Schedule;
import io.reproq.schedule.TaskTemplate;
import io.reproq.task.Limits;
import io.reproq.task.Spec;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.Duration;

/// Between a schedule and the columns that it has in every database, but for times.
public final class ScheduleColumns {
  private static final int NANO_DIGITS = 9;
  private static final BigDecimal LONGEST = BigDecimal.valueOf(Duration.ofDays(36_500).toSeconds());

  private ScheduleColumns() {}

  /// The schedule that `row` says.
  public static Schedule read(PreparedQuery.Row row) throws SQLException {
    var limits =
        new Limits(
            row.textOrNull("lock_key"),
            row.textOrNull("concurrency_key"),
            Math.max(0, row.integer("concurrency_limit")));
    var task =
        new TaskTemplate(
            row.text("task_path"),
            new Json(row.text("payload_json")),
            row.text("queue_name"),
            row.integer("priority"),
            row.integer("max_attempts"),
            timeout(row.text("timeout_seconds")),
            limits);
    return new Schedule(
        row.text("name"),
        row.text("cron_expr"),
        row.text("time_zone"),
        task,
        Overlap.of(row.text("overlap")),
        row.flag("catch_up"),
        row.flag("enabled"));
  }

  /// Sets the parameters of `query` that are called like the columns. The timeout's is in
  /// microseconds.
  public static PreparedQuery set(PreparedQuery query, Schedule schedule) throws SQLException {
    var task = schedule.task();
    var limits = task.limits();
    return query
        .set("name", schedule.name())
        .set("cron_expr", schedule.cron())
        .set("time_zone", schedule.timeZone())
        .set("task_path", task.path())
        .set("payload_json", task.payload().text())
        .set("queue_name", task.queue())
        .set("priority", task.priority())
        .set("max_attempts", task.maxAttempts())
        .set("timeout_micros", Math.max(1, task.timeout().toNanos() / 1000))
        .set("lock_key", limits.lockKey())
        .set("concurrency_key", limits.concurrencyKey())
        .set("concurrency_limit", limits.concurrencyLimit())
        .set("overlap", schedule.overlap().label())
        .set("catch_up", schedule.catchUp())
        .set("enabled", schedule.enabled());
  }

  private static Duration timeout(String seconds) {
    var number = isFinite(seconds) ? new BigDecimal(seconds).min(LONGEST) : BigDecimal.ZERO;
    return number.signum() > 0
        ? Duration.ofNanos(number.movePointRight(NANO_DIGITS).longValue())
        : Spec.DEFAULT_TIMEOUT;
  }

  private static boolean isFinite(String seconds) {
    return Double.isFinite(Double.parseDouble(seconds));
  }
}
