package io.reproq.task;

import io.reproq.json.CanonicalJson;
import io.reproq.json.Json;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// The fields of one JSON object within a spec, read by type. A missing field and null are the
/// same. A field of another type is refused by an [InvalidSpecException] that names it.
///
/// @param object the object, or a missing node, which has no fields
/// @param path what stands before a field's name in a message: `` or `exec.`
record SpecFields(JsonNode object, String path) {
  private static final BigDecimal LONGEST_SECONDS = BigDecimal.valueOf(Long.MAX_VALUE);
  private static final int SHOWN_CHARS = 60;

  /// The fields of the object `name`, none when it is missing.
  SpecFields fields(String name) {
    var node = object.path(name);
    if (isPresent(node) && !node.isObject()) {
      throw wrong(name, "a JSON object", kind(node));
    }
    return new SpecFields(node, path + name + ".");
  }

  @Nullable String text(String name) {
    var node = object.path(name);
    if (!isPresent(node)) {
      return null;
    }
    if (!node.isString()) {
      throw wrong(name, "a string", kind(node));
    }
    return node.stringValue();
  }

  /// The strings of the array `name`, none when it is missing.
  Set<String> texts(String name) {
    var texts = new HashSet<String>();
    for (var item : array(name).tree().values()) {
      if (!item.isString()) {
        throw wrong(name, "an array of strings", shown(item.toString()));
      }
      texts.add(item.stringValue());
    }
    return texts;
  }

  boolean flag(String name) {
    var node = object.path(name);
    if (isPresent(node) && !node.isBoolean()) {
      throw wrong(name, "true or false", shown(node.toString()));
    }
    return isPresent(node) && node.booleanValue();
  }

  int integer(String name, int otherwise) {
    var node = object.path(name);
    if (!isPresent(node)) {
      return otherwise;
    }
    if (!node.isIntegralNumber() || !node.canConvertToInt()) {
      throw wrong(name, "a 32-bit integer", shown(node.toString()));
    }
    return node.intValue();
  }

  double number(String name, double otherwise) {
    var node = object.path(name);
    return isPresent(node) ? decimal(node, name, "a number").doubleValue() : otherwise;
  }

  /// Seconds, to the nanosecond: what is finer is cut off.
  Duration duration(String name, Duration otherwise) {
    var node = object.path(name);
    if (!isPresent(node)) {
      return otherwise;
    }
    var rule = "a number of seconds, not negative and at most " + LONGEST_SECONDS;
    var seconds = decimal(node, name, rule);
    if (seconds.signum() < 0 || seconds.compareTo(LONGEST_SECONDS) > 0) {
      throw wrong(name, rule, shown(node.toString()));
    }
    var whole = seconds.longValue();
    var nanos = seconds.subtract(BigDecimal.valueOf(whole)).movePointRight(9).longValue();
    return Duration.ofSeconds(whole, nanos);
  }

  /// The array `name` in canonical form, an empty one when it is missing.
  Json array(String name) {
    var node = object.path(name);
    if (!isPresent(node)) {
      return Json.EMPTY_ARRAY;
    }
    if (!node.isArray()) {
      throw wrong(name, "a JSON array", kind(node));
    }
    return node.isEmpty() ? Json.EMPTY_ARRAY : new Json(CanonicalJson.write(node));
  }

  /// The object `name` in canonical form, an empty one when it is missing.
  Json object(String name) {
    var fields = fields(name);
    return isPresent(fields.object) && !fields.object.isEmpty()
        ? new Json(CanonicalJson.write(fields.object))
        : Json.EMPTY_OBJECT;
  }

  /// What kind of JSON value `node` is, for a message.
  static String kind(JsonNode node) {
    return node.getNodeType().name().toLowerCase(Locale.ROOT);
  }

  /// As much of `text` as a message should hold.
  static String shown(String text) {
    return text.length() <= SHOWN_CHARS ? text : text.substring(0, SHOWN_CHARS) + "…";
  }

  private static boolean isPresent(JsonNode node) {
    return !node.isMissingNode() && !node.isNull();
  }

  private BigDecimal decimal(JsonNode node, String name, String rule) {
    if (node.isIntegralNumber()) {
      return new BigDecimal(node.bigIntegerValue());
    }
    if (!node.isNumber() || !Double.isFinite(node.doubleValue())) {
      throw wrong(name, rule, shown(node.toString()));
    }
    return BigDecimal.valueOf(node.doubleValue());
  }

  private InvalidSpecException wrong(String name, String rule, String found) {
    return new InvalidSpecException(path + name + " must be " + rule + ", was " + found);
  }
}
