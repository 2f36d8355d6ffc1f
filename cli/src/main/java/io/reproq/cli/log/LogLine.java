package io.reproq.cli.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.pattern.ThrowableProxyConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.KeyValuePair;

/// One line of a log, with nothing in it that must not be seen.
///
/// @param process what all lines of this process say of it, by key
/// @param keys what this one is about: values given with the message, else with its thread
/// @param failure null where nothing was thrown
record LogLine(
    Head head,
    String message,
    Map<String, Object> process,
    Map<String, Object> keys,
    @Nullable Failure failure) {
  /// The one key of a process that lines for people have, too.
  static final String ROLE = "role";

  private static final ThrowableProxyConverter STACK = new ThrowableProxyConverter();

  static {
    STACK.start();
  }

  LogLine {
    process = Collections.unmodifiableMap(new LinkedHashMap<>(process));
    keys = Collections.unmodifiableMap(new LinkedHashMap<>(keys));
  }

  /// What a line begins with.
  record Head(Instant time, Level level, String logger) {}

  /// What was thrown.
  ///
  /// @param error its type and message
  /// @param stack the whole of it, with its causes, in several lines
  record Failure(String error, String stack) {}

  static LogLine of(ILoggingEvent event) {
    var process = new LinkedHashMap<String, Object>();
    event
        .getLoggerContextVO()
        .getPropertyMap()
        .forEach((key, value) -> process.put(key, Redaction.value(key, value)));
    var keys = new LinkedHashMap<String, Object>();
    var given = Objects.requireNonNullElse(event.getKeyValuePairs(), List.<KeyValuePair>of());
    for (var pair : given) {
      keys.put(pair.key, Redaction.value(pair.key, pair.value));
    }
    event
        .getMDCPropertyMap()
        .forEach((key, value) -> keys.computeIfAbsent(key, same -> Redaction.value(same, value)));
    return new LogLine(
        new Head(event.getInstant(), event.getLevel(), event.getLoggerName()),
        Redaction.text(event.getFormattedMessage()),
        process,
        keys,
        failure(event));
  }

  private static @Nullable Failure failure(ILoggingEvent event) {
    var thrown = event.getThrowableProxy();
    if (thrown == null) {
      return null;
    }
    var message = thrown.getMessage();
    var error = thrown.getClassName() + (message == null ? "" : ": " + message);
    return new Failure(Redaction.text(error), Redaction.text(STACK.convert(event)).stripTrailing());
  }
}
