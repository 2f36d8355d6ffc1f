package io.reproq.cli.log;

import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;

/// A line for people: `2026-01-31T12:00:00.000Z WARN Watch: timed out task_id=7 attempt=1`, and
/// below it what was thrown. The role of the process, where it has one, comes before all keys. What
/// would break a line, or command a terminal, is shown escaped.
final class TextFormat {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  private TextFormat() {}

  static String write(LogLine line) {
    var text = new StringBuilder(160);
    TIME.formatTo(line.head().time(), text);
    text.append(' ').append(line.head().level());
    text.append(" ".repeat(Math.max(1, 6 - line.head().level().toString().length())));
    text.append(simple(line.head().logger())).append(": ");
    append(text, line.message());
    var keys = new LinkedHashMap<String, Object>();
    var role = line.process().get(LogLine.ROLE);
    if (role != null) {
      keys.put(LogLine.ROLE, role);
    }
    keys.putAll(line.keys());
    var between = "  ";
    for (var entry : keys.entrySet()) {
      append(text.append(between), entry.getKey());
      append(text.append('='), quoted(entry.getValue().toString()));
      between = " ";
    }
    text.append('\n');
    var failure = line.failure();
    if (failure != null) {
      failure.stack().lines().forEach(each -> append(text, each).append('\n'));
    }
    return text.toString();
  }

  private static String simple(String logger) {
    return logger.substring(logger.lastIndexOf('.') + 1);
  }

  private static String quoted(String value) {
    return value.isEmpty() || value.indexOf(' ') >= 0 || value.indexOf('"') >= 0
        ? '"' + value.replace("\"", "\\\"") + '"'
        : value;
  }

  private static StringBuilder append(StringBuilder text, String shown) {
    for (var i = 0; i < shown.length(); i++) {
      var c = shown.charAt(i);
      if (c == '\n') {
        text.append("\\n");
      } else if (Character.isISOControl(c) && c != '\t') {
        text.append("\\u%04x".formatted((int) c));
      } else {
        text.append(c);
      }
    }
    return text;
  }
}
