package io.reproq.process;

import io.reproq.process.ExecutorConfig.Command;
import io.reproq.process.ExecutorConfig.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A Python for tests, with our package and the tasks of `probe` on its path. Tests that need it
/// carry the tag `python`.
final class Python {
  private static final String WANTED = "import sys; sys.exit(sys.version_info < (3, 12))";
  private static final Path PACKAGE =
      Path.of(Optional.ofNullable(System.getenv("REPROQ_PYTHON_PATH")).orElse("../python/src"));

  private Python() {}

  /// Settings that run tasks of `probe`, by a script in `folder`.
  static ExecutorConfig config(Kind kind, Path folder) {
    return config(kind, folder, List.of("probe"));
  }

  static ExecutorConfig config(Kind kind, Path folder, List<String> preload) {
    try {
      var path = PACKAGE.toRealPath() + ":" + folder + ":" + resources();
      var script =
          Scripts.write(
              folder, "export PYTHONPATH='" + path + "'\nexec '" + program() + "' \"$@\"");
      return ExecutorConfig.defaults(kind, "worker-1")
          .withCommand(new Command(script.toString(), "reproq.executor", preload, false));
    } catch (IOException e) {
      throw new IllegalStateException("no Python package for tests: " + e.getMessage(), e);
    }
  }

  private static Path resources() {
    return Path.of("src/test/resources/python").toAbsolutePath();
  }

  private static String program() {
    var named = Optional.ofNullable(System.getenv("REPROQ_PYTHON")).stream();
    return Stream.of(named, Stream.of("python3"), versions())
        .flatMap(candidates -> candidates)
        .filter(Python::isRecent)
        .findFirst()
        .orElseThrow(
            () -> new IllegalStateException("no Python 3.12 or newer: name one in REPROQ_PYTHON"));
  }

  private static Stream<String> versions() {
    var all = Path.of(System.getProperty("user.home"), ".pyenv", "versions");
    try (var found = Files.list(all)) {
      return found.map(home -> home.resolve("bin/python3").toString()).sorted().toList().stream();
    } catch (IOException e) {
      return Stream.empty();
    }
  }

  private static boolean isRecent(String program) {
    try {
      var process = new ProcessBuilder(program, "-c", WANTED).start();
      return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
