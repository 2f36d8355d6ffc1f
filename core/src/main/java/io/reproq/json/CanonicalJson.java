package io.reproq.json;

import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/// Writes JSON in the one form that is hashed: keys by code point, no white space, only what must
/// be escaped is, numbers as Python's `json.dumps` prints them.
///
/// Contract: `worker-and-django`, section 2.3.
public final class CanonicalJson {
  /// The order of the UTF-8 bytes. `String.compareTo` differs beyond U+FFFF.
  static final Comparator<String> BY_CODE_POINT =
      (left, right) -> {
        var length = Math.min(left.length(), right.length());
        for (var i = 0; i < length; i++) {
          var a = left.charAt(i);
          var b = right.charAt(i);
          if (a != b) {
            return Character.isSurrogate(a) == Character.isSurrogate(b)
                ? Character.compare(a, b)
                : Character.isSurrogate(a) ? 1 : -1;
          }
        }
        return Integer.compare(left.length(), right.length());
      };

  private static final char[] HEX = "0123456789abcdef".toCharArray();

  private CanonicalJson() {}

  /// The canonical text of `tree`.
  ///
  /// @throws InvalidJsonException when a string holds a lone surrogate, which UTF-8 cannot carry,
  ///   or when it is nested deeper than [JsonReader] reads
  public static String write(JsonNode tree) {
    var out = new StringBuilder(128);
    append(out, tree, 0);
    return out.toString();
  }

  /// Appends the canonical text of `tree` to `out`.
  ///
  /// @param level how many arrays and objects stand open around it: what is written must not be
  ///   nested deeper than what is read
  /// @throws InvalidJsonException as [#write] does
  public static void append(StringBuilder out, JsonNode tree, int level) {
    switch (tree.getNodeType()) {
      case OBJECT -> appendObject(out, tree, deeper(level));
      case ARRAY -> appendArray(out, tree, deeper(level));
      case STRING -> appendString(out, tree.stringValue());
      case BOOLEAN -> out.append(tree.booleanValue());
      case NUMBER ->
          out.append(
              tree.isIntegralNumber()
                  ? tree.bigIntegerValue().toString()
                  : PythonFloat.repr(tree.doubleValue()));
      case NULL -> out.append("null");
      case BINARY, MISSING, POJO ->
          throw new InvalidJsonException(tree.getNodeType() + " is no JSON value");
    }
  }

  /// Appends `text` to `out` as a JSON string, quotes included.
  ///
  /// @throws InvalidJsonException when it holds a lone surrogate
  public static void appendString(StringBuilder out, String text) {
    out.append('"');
    for (var i = 0; i < text.length(); i++) {
      var c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < 0x20) {
            out.append("\\u00").append(HEX[c >> 4]).append(HEX[c & 0xf]);
          } else {
            if (Character.isSurrogate(c)) {
              i = checkPair(text, i);
              out.append(c).append(text.charAt(i));
            } else {
              out.append(c);
            }
          }
        }
      }
    }
    out.append('"');
  }

  private static int checkPair(String text, int at) {
    if (Character.isHighSurrogate(text.charAt(at))
        && at + 1 < text.length()
        && Character.isLowSurrogate(text.charAt(at + 1))) {
      return at + 1;
    }
    throw new InvalidJsonException(
        "lone surrogate U+%04X in a string: it has no UTF-8 form".formatted((int) text.charAt(at)));
  }

  private static int deeper(int level) {
    if (level >= JsonReader.MAX_DEPTH) {
      throw JsonReader.tooDeep();
    }
    return level + 1;
  }

  private static void appendObject(StringBuilder out, JsonNode object, int level) {
    var sorted = new TreeMap<String, JsonNode>(BY_CODE_POINT);
    for (var property : object.properties()) {
      sorted.put(property.getKey(), property.getValue());
    }
    var separator = '{';
    for (Map.Entry<String, JsonNode> property : sorted.entrySet()) {
      appendString(out.append(separator), property.getKey());
      append(out.append(':'), property.getValue(), level);
      separator = ',';
    }
    out.append(separator == '{' ? "{}" : "}");
  }

  private static void appendArray(StringBuilder out, JsonNode array, int level) {
    var separator = '[';
    for (var item : array.values()) {
      append(out.append(separator), item, level);
      separator = ',';
    }
    out.append(separator == '[' ? "[]" : "]");
  }
}
