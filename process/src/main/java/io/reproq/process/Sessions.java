package io.reproq.process;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Programs on the PATH, and how a command gets a session of its own.
final class Sessions {
  private static final Optional<Path> SETSID = program("setsid");

  private Sessions() {}

  /// Whether commands get a session, and with it a process group.
  static boolean areSupported() {
    return SETSID.isPresent();
  }

  /// `command` as the leader of a session, and so of a group, where the platform can: its process
  /// number is then that of its group.
  static List<String> own(String... command) {
    var whole = new ArrayList<String>();
    SETSID.ifPresent(setsid -> whole.add(setsid.toString()));
    whole.addAll(List.of(command));
    return whole;
  }

  /// The program that a shell would run as `name`.
  static Optional<Path> program(String name) {
    if (name.indexOf('/') >= 0) {
      return executable(Path.of(name));
    }
    var path = System.getenv("PATH");
    return path == null
        ? Optional.empty()
        : List.of(path.split(File.pathSeparator, -1)).stream()
            .flatMap(folder -> executable(Path.of(folder, name)).stream())
            .findFirst();
  }

  private static Optional<Path> executable(Path file) {
    return Files.isRegularFile(file) && Files.isExecutable(file)
        ? Optional.of(file)
        : Optional.empty();
  }
}
