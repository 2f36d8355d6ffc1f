package io.reproq.cli.demo;

import io.reproq.dsn.Dsn;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/// The files that the demonstration writes itself while it runs: the database with what lies beside
/// it, and the manifest. They change as they are read, so they are left out of the scan.
final class OwnFiles implements Predicate<Path> {
  private final List<Path> bases = new ArrayList<>();

  /// @throws IOException when a folder that one of them is in cannot be found
  OwnFiles(Dsn dsn, Path manifest) throws IOException {
    bases.add(real(manifest));
    if (dsn instanceof Dsn.Sqlite(var file)) {
      bases.add(real(Path.of(file)));
    }
  }

  /// Whether `file` is one of them, or lies beside one and is named after it (`tasks.db-wal`).
  @Override
  public boolean test(Path file) {
    for (var base : bases) {
      var name = String.valueOf(file.getFileName());
      var own = String.valueOf(base.getFileName());
      if (base.resolveSibling(name).equals(file)
          && (name.equals(own) || name.startsWith(own + "-"))) {
        return true;
      }
    }
    return false;
  }

  /// The path without symbolic links in its folder; the file itself need not be there yet.
  private static Path real(Path file) throws IOException {
    var absolute = file.toAbsolutePath().normalize();
    var folder = absolute.getParent();
    return folder == null ? absolute : folder.toRealPath().resolve(absolute.getFileName());
  }
}
