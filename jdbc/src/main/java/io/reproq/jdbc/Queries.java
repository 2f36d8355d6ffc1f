package io.reproq.jdbc;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/// The named statements of one `.sql` file: each begins with a line `-- name: …`. Immutable.
///
/// Statements are asked for once, in static fields, so that an unknown name fails when the class
/// loads.
public final class Queries {
  private static final Pattern HEADER = Pattern.compile("(?m)^-- name: ([a-z][a-z0-9_]*)$");

  private final String resource;
  private final Map<String, Query> byName;

  private Queries(String resource, Map<String, Query> byName) {
    this.resource = resource;
    this.byName = byName;
  }

  /// Reads `resource`, which lies beside `owner` on the class path.
  public static Queries of(Class<?> owner, String resource) {
    return new Queries(resource, split(text(owner, resource)));
  }

  /// The statement called `name`.
  ///
  /// @throws IllegalArgumentException when there is none
  public Query get(String name) {
    var query = byName.get(name);
    if (query == null) {
      throw new IllegalArgumentException(
          "no statement '" + name + "' in " + resource + ", only " + byName.keySet());
    }
    return query;
  }

  /// The text of `resource`, which lies beside `owner` on the class path.
  static String text(Class<?> owner, String resource) {
    try (var in = owner.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalArgumentException(resource + " does not lie beside " + owner.getName());
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, Query> split(String text) {
    var parts = new LinkedHashMap<String, Query>();
    var header = HEADER.matcher(text);
    while (header.find()) {
      var from = header.end();
      var next = HEADER.matcher(text).region(from, text.length());
      var body = text.substring(from, next.find() ? next.start() : text.length());
      var name = header.group(1);
      if (parts.put(name, Query.parse(name, body)) != null) {
        throw new IllegalArgumentException("two statements are called '" + name + "'");
      }
    }
    return Map.copyOf(parts);
  }
}
