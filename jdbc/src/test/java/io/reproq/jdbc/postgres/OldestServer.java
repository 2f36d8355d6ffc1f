package io.reproq.jdbc.postgres;

import java.io.IOException;
import java.io.UncheckedIOException;

/// The oldest PostgreSQL that is supported, started once for the JVM.
final class OldestServer {
  private static final OwnServer SERVER = start();

  private OldestServer() {}

  /// A new database with the schema and nothing in it.
  static TestDatabase fresh() {
    var database = SERVER.fresh();
    var version = database.sql("SHOW server_version_num").getFirst();
    if (!version.startsWith("15")) {
      throw new AssertionError("PostgreSQL 15 was wanted, this is " + version);
    }
    return database;
  }

  private static OwnServer start() {
    try {
      return OwnServer.version15();
    } catch (IOException e) {
      throw new UncheckedIOException("no PostgreSQL 15 for the tests", e);
    }
  }
}
