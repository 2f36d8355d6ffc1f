package io.reproq.cli.look;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/// The terminal while a view fills it: another screen, no cursor, and keys that come one by one.
/// Closing it gives back what was there. Where `stty` is missing or does not answer within a second
/// keys and size are left out, and while the process is in the background keys are: who changes the
/// terminal from there is stopped by the system.
final class Terminal implements AutoCloseable {
  private static final File DEVICE = new File("/dev/tty");
  private static final String ENTER = "\033[?1049h\033[?25l";
  private static final String LEAVE = "\033[?25h\033[?1049l";
  private static final String HOME = "\033[H";
  private static final String REST_OF_LINE = "\033[K";
  private static final String REST_OF_SCREEN = "\033[J";
  private static final int WIDTH = 80;
  private static final int HEIGHT = 24;
  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final Path STANDING = Path.of("/proc/self/stat");

  /// The fields after the program's name, which ends with the last parenthesis: state, parent,
  /// process group, session, terminal, the terminal's foreground group.
  private static final int GROUP = 2;

  private static final int FOREGROUND = 5;

  private final PrintWriter out;
  private final @Nullable String before;
  private final @Nullable InputStream keys;
  private boolean asksForSize = true;

  private Terminal(PrintWriter out, @Nullable String before, @Nullable InputStream keys) {
    this.out = out;
    this.before = before;
    this.keys = keys;
  }

  static Terminal open(PrintWriter out) {
    var settings = isInForeground() ? stty("-g") : null;
    InputStream keys = null;
    if (settings != null) {
      stty("-icanon", "-echo", "min", "0", "time", "0");
      keys = device();
    }
    out.print(ENTER);
    return new Terminal(out, settings, keys);
  }

  /// Shows as many of the lines as there is room for, in place of what was there.
  ///
  /// @param draw makes lines for a terminal of so many columns
  void show(IntFunction<List<String>> draw) {
    var size = size();
    var text = new StringBuilder(HOME);
    draw.apply(size[1]).stream()
        .limit(Math.max(1, size[0] - 1))
        .forEach(line -> text.append(line).append(REST_OF_LINE).append('\n'));
    out.print(text.append(REST_OF_SCREEN));
    out.flush();
  }

  /// Whether `q` was pressed since the last question.
  boolean isQuit() {
    try {
      while (keys != null && keys.available() > 0) {
        var key = keys.read();
        if (key == 'q' || key == 'Q') {
          return true;
        }
      }
    } catch (IOException e) {
      return false;
    }
    return false;
  }

  @Override
  public void close() {
    out.print(LEAVE);
    out.flush();
    if (before != null) {
      stty(before);
    }
    try {
      if (keys != null) {
        keys.close();
      }
    } catch (IOException e) {
      // Nothing was written to it, so nothing is lost.
    }
  }

  /// Where the system does not tell, it is assumed to be.
  private static boolean isInForeground() {
    try {
      var text = Files.readString(STANDING);
      var fields = text.substring(text.lastIndexOf(')') + 2).split(" ", -1);
      return fields[GROUP].equals(fields[FOREGROUND]);
    } catch (IOException e) {
      return true;
    }
  }

  /// Rows and columns. Asked for each time, because windows change; never again once there was no
  /// answer.
  private int[] size() {
    var told = asksForSize ? stty("size") : null;
    asksForSize = told != null;
    if (told != null && told.matches("[1-9]\\d* [1-9]\\d*")) {
      var parts = told.split(" ", -1);
      return new int[] {Integer.parseInt(parts[0]), Integer.parseInt(parts[1])};
    }
    return new int[] {HEIGHT, WIDTH};
  }

  /// Not a stream of `Files`: those tell that a device has nothing to read, ever.
  private static @Nullable InputStream device() {
    try {
      return new FileInputStream(DEVICE);
    } catch (IOException e) {
      return null;
    }
  }

  /// What `stty` says; null when it cannot be asked.
  private static @Nullable String stty(String... arguments) {
    var line = new ArrayList<>(List.of("stty"));
    line.addAll(List.of(arguments));
    try {
      var process =
          new ProcessBuilder(line)
              .redirectInput(Redirect.from(DEVICE))
              .redirectError(Redirect.DISCARD)
              .start();
      if (!process.waitFor(PATIENCE)) {
        process.destroyForcibly();
        return null;
      }
      var told = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.exitValue() == 0 ? told.strip() : null;
    } catch (IOException e) {
      return null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    }
  }
}
