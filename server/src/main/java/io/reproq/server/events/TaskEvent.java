package io.reproq.server.events;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Something that happened to a task in this process.
///
/// @param type such as `task_started`
/// @param msg one line for people
/// @param workerId name of the worker that tells of it
/// @param metadata what else is known, in the order in which it is shown
public record TaskEvent(
    Instant ts,
    Level level,
    String type,
    String msg,
    @Nullable String queue,
    @Nullable Long taskId,
    @Nullable String workerId,
    Map<String, String> metadata) {
  public TaskEvent {
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
  }

  /// How much it matters.
  public enum Level {
    INFO,
    WARN,
    ERROR
  }
}
