package io.reproq.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;

/// A folder for one measurement's database, deleted with all it holds when closed.
record DatabaseFolder(Path path) implements AutoCloseable {

  static DatabaseFolder in(Path parent) throws IOException {
    return new DatabaseFolder(Files.createTempDirectory(parent, "reproq-bench"));
  }

  Path file() {
    return path.resolve("bench.db");
  }

  String dsn() {
    return "sqlite:" + file();
  }

  @Override
  public void close() throws IOException {
    try (var found = Files.walk(path)) {
      for (var each : found.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(each);
      }
    }
  }
}
