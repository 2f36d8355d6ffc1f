package io.reproq.jdbc.postgres;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Databases of the system that Reproq replaces.
enum Reference {
  /// As its worker makes them.
  WORKER,
  /// As Django makes them.
  DJANGO,
  /// As Django makes them, and its worker then completes them.
  BOTH;

  private List<String> tables() {
    return switch (this) {
      case WORKER -> List.of("reference_worker.sql", "reference_more.sql");
      case DJANGO -> List.of("reference_django.sql");
      case BOTH -> List.of("reference_django.sql", "reference_more.sql", "reference_indexes.sql");
    };
  }

  /// A new database with the tables and nothing in them.
  TestDatabase empty() {
    var database = TestServer.bare();
    tables().forEach(file -> database.sql(text(file)));
    return database;
  }

  /// A new database with rows of every status.
  TestDatabase filled() {
    var database = empty();
    database.sql(text("reference_rows.sql"));
    return database;
  }

  /// The text of a file beside this class.
  static String text(String file) {
    try (var in = Reference.class.getResourceAsStream(file)) {
      if (in == null) {
        throw new AssertionError(file + " does not lie beside " + Reference.class.getName());
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
