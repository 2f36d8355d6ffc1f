package io.reproq.jdbc;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// One SQL statement with named parameters. Immutable.
///
/// A parameter is written `:name` and may stand in several places. Literals, quoted names, comments
/// and casts (`::`) are left alone.
public final class Query {
  private final String name;
  private final String sql;
  private final Map<String, List<Integer>> positions;

  private Query(String name, String sql, Map<String, List<Integer>> positions) {
    this.name = name;
    this.sql = sql;
    this.positions = positions;
  }

  /// Reads `text`, which is known as `name` in messages.
  static Query parse(String name, String text) {
    var sql = new StringBuilder(text.length());
    var positions = new LinkedHashMap<String, List<Integer>>();
    var count = 0;
    for (var i = 0; i < text.length(); ) {
      var end = endOfToken(text, i);
      if (text.charAt(i) == ':' && end > i + 1 && text.charAt(i + 1) != ':') {
        count++;
        positions.computeIfAbsent(text.substring(i + 1, end), key -> new ArrayList<>()).add(count);
        sql.append('?');
      } else if (!text.startsWith("--", i)) {
        sql.append(text, i, end);
      }
      i = end;
    }
    return new Query(name, sql.toString().strip(), Map.copyOf(positions));
  }

  /// The statement's name in its file.
  public String name() {
    return name;
  }

  /// The text for JDBC, with a question mark for every parameter.
  public String sql() {
    return sql;
  }

  /// The positions of `parameter`, from 1.
  ///
  /// @throws IllegalArgumentException when the statement has no such parameter
  public List<Integer> positions(String parameter) {
    var found = positions.get(parameter);
    if (found == null) {
      throw new IllegalArgumentException(
          "statement " + name + " has no parameter :" + parameter + ", only " + positions.keySet());
    }
    return found;
  }

  /// The end of what begins at `start`: a literal, a quoted name, a comment, a cast, a parameter,
  /// or one other character.
  private static int endOfToken(String text, int start) {
    return switch (text.charAt(start)) {
      case '\'', '"' -> after(text, text.substring(start, start + 1), start + 1);
      case '-' -> text.startsWith("--", start) ? lineEnd(text, start) : start + 1;
      case ':' -> text.startsWith("::", start) ? start + 2 : endOfName(text, start + 1);
      default -> start + 1;
    };
  }

  private static int after(String text, String mark, int from) {
    var found = text.indexOf(mark, from);
    return found < 0 ? text.length() : found + 1;
  }

  private static int lineEnd(String text, int from) {
    var found = text.indexOf('\n', from);
    return found < 0 ? text.length() : found;
  }

  private static int endOfName(String text, int from) {
    var end = from;
    while (end < text.length()
        && (Character.isLetterOrDigit(text.charAt(end)) || text.charAt(end) == '_')) {
      end++;
    }
    return end;
  }

  @Override
  public String toString() {
    return name;
  }
}
