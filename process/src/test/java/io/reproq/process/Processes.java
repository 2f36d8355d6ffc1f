package io.reproq.process;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/// What runs on this machine, by /proc.
final class Processes {
  private Processes() {}

  /// Whether it runs. One that is dead and not reaped does not.
  static boolean isAlive(long pid) {
    try {
      var stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
      return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
    } catch (IOException e) {
      return false;
    }
  }

  /// All that have `marker` in their environment or their arguments.
  static List<Long> marked(String marker) {
    try (var all = Files.list(Path.of("/proc"))) {
      return all.filter(entry -> entry.getFileName().toString().matches("\\d+"))
          .filter(entry ->
              has(entry.resolve("environ"), marker) || has(entry.resolve("cmdline"), marker))
          .map(entry -> Long.parseLong(entry.getFileName().toString()))
          .toList();
    } catch (IOException e) {
      throw new IllegalStateException("no /proc to look into", e);
    }
  }

  /// The numbers in a file that a task has written, once it is there.
  static List<Long> told(Path file) {
    await().atMost(Duration.ofSeconds(30)).until(() -> Files.exists(file) && Files.size(file) > 0);
    try {
      return Arrays.stream(Files.readString(file).strip().split(" ")).map(Long::parseLong).toList();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Waits until none of them runs.
  static void awaitEnd(List<Long> pids, Duration limit) {
    await().atMost(limit).until(() -> pids.stream().noneMatch(Processes::isAlive));
  }

  static void signal(String name, long pid) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start().waitFor();
  }

  private static boolean has(Path file, String marker) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(marker);
    } catch (IOException e) {
      return false;
    }
  }
}
