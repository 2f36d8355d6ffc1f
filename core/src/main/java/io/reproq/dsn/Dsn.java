package io.reproq.dsn;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The name of a database. The one reader of all forms:
///
/// | form | means |
/// |---|---|
/// | `memory:` | this process's memory |
/// | `sqlite:FILE`, or a bare path | an SQLite file, relative to the current folder |
/// | `postgres://user:password@host:port/database?options` | a PostgreSQL server; `postgresql://` too |
///
/// Its `toString` never shows a password.
public sealed interface Dsn {

  /// A store in this process's memory, gone with it.
  record Memory() implements Dsn {
    @Override
    public String toString() {
      return "memory:";
    }
  }

  /// An SQLite file.
  ///
  /// @param file as written, relative to the current folder or absolute
  record Sqlite(String file) implements Dsn {
    @Override
    public String toString() {
      return "sqlite:" + file;
    }
  }

  /// A PostgreSQL server.
  ///
  /// @param user null for the driver's own choice
  /// @param password null when none is needed
  /// @param port 5432 unless given
  /// @param options what stood behind the question mark, in order
  record Postgres(
      @Nullable String user,
      @Nullable String password,
      String host,
      int port,
      String database,
      Map<String, String> options)
      implements Dsn {
    public Postgres {
      options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
    }

    @Override
    public String toString() {
      return "postgres://" + (user == null ? "" : user + "@") + host + ":" + port + "/" + database;
    }
  }

  /// Reads `text`.
  ///
  /// @throws InvalidDsnException when it is none of the known forms; the message names the scheme
  ///   and what is known, and no password
  static Dsn parse(String text) {
    var scheme = DsnText.SCHEME.matcher(text);
    if (!scheme.lookingAt()) {
      return DsnText.barePath(text);
    }
    var rest = text.substring(scheme.end());
    return switch (scheme.group(1).toLowerCase(Locale.ROOT)) {
      case "memory" -> DsnText.memory(rest);
      case "sqlite" -> DsnText.sqlite(rest);
      case "postgres", "postgresql" -> DsnText.postgres(rest);
      default -> throw DsnText.unknown(scheme.group(1));
    };
  }
}
