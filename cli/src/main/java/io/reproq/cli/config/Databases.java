package io.reproq.cli.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// The databases that there are.
///
/// @param dsns by their aliases, in the order in which they were named; at least one
/// @param defaultAlias which of them takes what no rule sends elsewhere
public record Databases(Map<String, String> dsns, String defaultAlias) {
  /// The alias of a database that was named without one.
  public static final String ALONE = "default";

  /// Where tasks are when nobody says where.
  public static final String FALLBACK = "sqlite:reproq.db";

  public Databases {
    dsns = Collections.unmodifiableMap(new LinkedHashMap<>(dsns));
    if (!dsns.containsKey(defaultAlias)) {
      throw new IllegalArgumentException(
          "the default database must be one of " + dsns.keySet() + ", was " + defaultAlias);
    }
  }

  /// One database.
  public static Databases alone(String dsn) {
    return new Databases(Map.of(ALONE, dsn), ALONE);
  }

  /// Several, of which the first is the default.
  public static Databases of(Map<String, String> dsns) {
    return new Databases(dsns, dsns.keySet().iterator().next());
  }

  /// Shows no password.
  @Override
  public String toString() {
    return "Databases" + dsns.keySet() + ", default " + defaultAlias;
  }
}
