package io.reproq.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/// Shell scripts in the place of an executor in another language.
final class Scripts {
  private Scripts() {}

  /// A program in `folder` that does `body`, after it has read its input.
  static Path of(Path folder, String body) throws IOException {
    return write(folder, "cat >/dev/null\n" + body);
  }

  /// A program in `folder` that does `body` and nothing else.
  static Path write(Path folder, String body) throws IOException {
    var script = Files.createTempFile(folder, "executor", "");
    Files.writeString(script, "#!/bin/sh\n" + body + "\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    return script;
  }
}
