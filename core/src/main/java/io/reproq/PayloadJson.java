package io.reproq;

import io.reproq.json.CanonicalJson;
import io.reproq.json.Json;
import io.reproq.task.Payload;
import java.io.Serial;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.json.JsonMapper;

/// Between Java values and a task's JSON.
///
/// An object becomes the named arguments, anything else the one positional argument, nothing
/// neither. Both ways are open to every reader: a task enqueued with one positional object feeds a
/// handler that takes a record, too. A field that is missing or unknown is an error that names it.
final class PayloadJson {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .disable(EnumFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
          .build();

  private PayloadJson() {}

  /// What a task is called with when it is given `value`.
  ///
  /// @throws IllegalArgumentException when JSON has no form for it
  static Payload encode(@Nullable Object value, Class<?> type) {
    if (type == Void.class) {
      return Payload.NONE;
    }
    var json = encodeResult(value).text();
    return json.startsWith("{")
        ? Payload.ofKwargs(new Json(json))
        : Payload.ofArgs(new Json("[" + json + "]"));
  }

  /// The JSON of what a handler returned.
  ///
  /// @throws IllegalArgumentException when JSON has no form for it
  static Json encodeResult(@Nullable Object value) {
    try {
      return value == null ? Json.NULL : new Json(MAPPER.writeValueAsString(value));
    } catch (JacksonException e) {
      throw new IllegalArgumentException(
          value.getClass().getName() + " has no JSON form: " + e.getOriginalMessage(), e);
    }
  }

  /// What a handler that takes a `type` is given.
  ///
  /// @throws Mismatch when the arguments do not fit, naming the field
  @SuppressWarnings("NullAway") // Void has only null, and null is what JSON null means.
  static <P extends @Nullable Object> P decode(Payload payload, Class<P> type) {
    if (type == Void.class) {
      return null;
    }
    try {
      return MAPPER.readValue(argument(payload), type);
    } catch (JacksonException e) {
      throw new Mismatch("the arguments do not fit " + type.getSimpleName() + ": " + reason(e), e);
    }
  }

  /// What somebody who waits for a `type` is given.
  @SuppressWarnings("NullAway") // Void has only null, and null is what JSON null means.
  static <R extends @Nullable Object> R decodeResult(Json result, Class<R> type) {
    return type == Void.class ? null : MAPPER.readValue(result.text(), type);
  }

  /// The one value that the arguments amount to.
  private static String argument(Payload payload) {
    if (payload.args().equals(Json.EMPTY_ARRAY)) {
      return payload.kwargs().text();
    }
    var args = payload.args().tree();
    if (args.isEmpty()) {
      return payload.kwargs().text();
    }
    if (args.size() > 1 || !payload.kwargs().tree().isEmpty()) {
      throw new Mismatch(
          "a Java handler takes one argument or named ones, was given "
              + payload.args()
              + " and "
              + payload.kwargs(),
          null);
    }
    return CanonicalJson.write(args.get(0));
  }

  /// Jackson's first line, without its hints to programmers.
  private static String reason(JacksonException e) {
    var message = e.getOriginalMessage();
    var end = message.indexOf('\n');
    var line = end < 0 ? message : message.substring(0, end);
    return e.getPath().isEmpty()
        ? line
        : line + " (at " + e.getPath().getLast().getPropertyName() + ")";
  }

  /// The arguments of a task do not fit its handler; no other attempt will fare better.
  static final class Mismatch extends IllegalArgumentException {
    @Serial private static final long serialVersionUID = 1L;

    Mismatch(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }
}
