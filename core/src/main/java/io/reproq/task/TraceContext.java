package io.reproq.task;

import io.reproq.json.InvalidJsonException;
import io.reproq.json.Json;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// A place in a trace that others go on from, as [W3C](https://www.w3.org/TR/trace-context/) writes
/// it.
///
/// @param tracestate what tracing systems add to it; null for nothing
public record TraceContext(String traceparent, @Nullable String tracestate) {
  /// What both are called in headers.
  public static final String PARENT_KEY = "traceparent";

  public static final String STATE_KEY = "tracestate";

  /// What both are called in the environment of a program.
  public static final String PARENT_VARIABLE = "TRACEPARENT";

  public static final String STATE_VARIABLE = "TRACESTATE";

  private static final String IDS = "-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}";

  /// Versions after 00 may have more behind.
  private static final Pattern PARENT =
      Pattern.compile("00" + IDS + "|(?!00|ff)[0-9a-f]{2}" + IDS + "(?:-[!-~]{0,200})?");

  private static final Pattern MEMBER =
      Pattern.compile(
          "[ \\t]*(?:[a-z0-9][a-z0-9_*/@-]{0,255}=[ -+\\--<>-~]{0,255}[!-+\\--<>-~][ \\t]*)?");

  private static final int MOST_MEMBERS = 32;

  /// @throws IllegalArgumentException when one of them is not written as W3C wants it
  public TraceContext {
    if (!isParent(traceparent)) {
      throw new IllegalArgumentException("traceparent is not W3C's: " + traceparent);
    }
    if (tracestate != null && !isState(tracestate)) {
      throw new IllegalArgumentException("tracestate is not W3C's: " + tracestate);
    }
  }

  /// The context that both make. A state that cannot be read is left out, as W3C wants it.
  ///
  /// @return empty where the parent is none
  public static Optional<TraceContext> of(@Nullable String parent, @Nullable String state) {
    if (parent == null || !isParent(parent)) {
      return Optional.empty();
    }
    return Optional.of(new TraceContext(parent, state != null && isState(state) ? state : null));
  }

  /// The context among the headers of a task; empty where there is none.
  public static Optional<TraceContext> in(@Nullable Json headers) {
    if (headers == null) {
      return Optional.empty();
    }
    try {
      var fields = headers.tree();
      return of(text(fields, PARENT_KEY), text(fields, STATE_KEY));
    } catch (InvalidJsonException e) {
      return Optional.empty();
    }
  }

  /// Headers of a task that hold this and nothing else.
  public Json headers() {
    var fields = JsonNodeFactory.instance.objectNode().put(PARENT_KEY, traceparent);
    if (tracestate != null) {
      fields.put(STATE_KEY, tracestate);
    }
    return new Json(fields.toString());
  }

  private static @Nullable String text(JsonNode fields, String key) {
    return fields.path(key).isString() ? fields.path(key).stringValue() : null;
  }

  private static boolean isParent(String text) {
    return PARENT.matcher(text).matches();
  }

  private static boolean isState(String text) {
    var members = text.split(",", MOST_MEMBERS + 1);
    if (text.isBlank() || members.length > MOST_MEMBERS) {
      return false;
    }
    for (var member : members) {
      if (!MEMBER.matcher(member).matches()) {
        return false;
      }
    }
    return true;
  }
}
