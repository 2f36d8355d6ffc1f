package io.reproq.schedule;

import io.reproq.json.CanonicalJson;
import io.reproq.json.Json;
import io.reproq.task.InvalidSpecException;
import io.reproq.task.Limits;
import io.reproq.task.Spec;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Writes the spec of a periodic task. Contract: `worker-and-django`, sections 2.1 and 3.9.
final class PeriodicSpec {
  private static final int DEFAULT_ATTEMPTS = 3;

  private PeriodicSpec() {}

  static Spec of(Schedule schedule, Instant scheduledAt) {
    var task = schedule.task();
    var limits = task.limits();
    if (task.path().isBlank()) {
      throw new InvalidSpecException("task_path is empty: a task needs the path of its code");
    }
    var payload = task.payload().tree();
    var out = new StringBuilder(256);
    CanonicalJson.append(out.append("{\"args\":"), args(payload), 1);
    string(out.append(",\"concurrency_key\":"), limits.concurrencyKey());
    out.append(",\"concurrency_limit\":").append(limits.concurrencyLimit());
    out.append(",\"exec\":{\"max_attempts\":")
        .append(task.maxAttempts() < 1 ? DEFAULT_ATTEMPTS : task.maxAttempts());
    out.append(",\"timeout_seconds\":").append(seconds(task.timeout()));
    CanonicalJson.append(out.append("},\"kwargs\":"), kwargs(payload), 1);
    var lock = lockKey(schedule, limits);
    if (lock != null) {
      string(out.append(",\"lock_key\":"), lock);
    }
    string(out.append(",\"periodic_name\":"), schedule.name());
    out.append(",\"priority\":").append(task.priority());
    string(
        out.append(",\"queue_name\":"), task.queue().isBlank() ? Spec.DEFAULT_QUEUE : task.queue());
    string(
        out.append(",\"scheduled_at\":"), scheduledAt.truncatedTo(ChronoUnit.SECONDS).toString());
    string(out.append(",\"task_path\":"), task.path());
    return Spec.parse(out.append('}').toString());
  }

  private static @Nullable String lockKey(Schedule schedule, Limits limits) {
    return limits.lockKey() == null && schedule.overlap() == Overlap.QUEUE
        ? "periodic:" + schedule.name()
        : limits.lockKey();
  }

  private static JsonNode args(JsonNode payload) {
    if (payload.isArray()) {
      return payload;
    }
    if (isEnvelope(payload)) {
      return part(payload, "args", Json.EMPTY_ARRAY);
    }
    if (!payload.isObject()) {
      throw new InvalidSpecException(
          "the payload must be a JSON object or array, was " + kind(payload));
    }
    return Json.EMPTY_ARRAY.tree();
  }

  private static JsonNode kwargs(JsonNode payload) {
    if (payload.isArray()) {
      return Json.EMPTY_OBJECT.tree();
    }
    return isEnvelope(payload) ? part(payload, "kwargs", Json.EMPTY_OBJECT) : payload;
  }

  private static boolean isEnvelope(JsonNode payload) {
    return payload.has("args") || payload.has("kwargs");
  }

  private static JsonNode part(JsonNode payload, String name, Json otherwise) {
    var part = payload.path(name);
    if (part.isMissingNode()) {
      return otherwise.tree();
    }
    if (part.isArray() != name.equals("args") || part.isObject() != name.equals("kwargs")) {
      throw new InvalidSpecException(
          "the payload's %s must be a JSON %s, was %s"
              .formatted(name, name.equals("args") ? "array" : "object", kind(part)));
    }
    return part;
  }

  private static String kind(JsonNode node) {
    return node.getNodeType().name().toLowerCase(Locale.ROOT);
  }

  private static String seconds(Duration timeout) {
    return BigDecimal.valueOf(timeout.getNano(), 9)
        .add(BigDecimal.valueOf(timeout.getSeconds()))
        .stripTrailingZeros()
        .toPlainString();
  }

  private static void string(StringBuilder out, @Nullable String value) {
    if (value == null) {
      out.append("null");
    } else {
      CanonicalJson.appendString(out, value);
    }
  }
}
