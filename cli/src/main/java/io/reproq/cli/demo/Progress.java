package io.reproq.cli.demo;

import io.reproq.clock.TimeSource;
import java.io.PrintWriter;
import java.time.Duration;

/// Shows how far the work has come: a bar that is drawn over and over on a terminal, else a line
/// now and then. Not safe for use by many threads.
final class Progress {
  private static final int WIDTH = 30;
  private static final Duration BETWEEN_LINES = Duration.ofSeconds(2);

  private final PrintWriter out;
  private final boolean isTerminal;
  private final TimeSource time;
  private final Extent extent;
  private final long start;
  private long lastLine;

  Progress(PrintWriter out, boolean isTerminal, TimeSource time, Extent extent) {
    this.out = out;
    this.isTerminal = isTerminal;
    this.time = time;
    this.extent = extent;
    this.start = time.nanoTime();
    this.lastLine = start;
  }

  /// How much there is.
  ///
  /// @param total files in all
  /// @param before how many of them were done at the start: they say nothing of the speed
  record Extent(int total, int before) {}

  /// Says that `done` files are finished.
  void show(int done) {
    if (isTerminal) {
      out.print("\r" + bar(done) + " " + text(done) + "\u001b[K");
      out.flush();
    } else if (time.nanoTime() - lastLine >= BETWEEN_LINES.toNanos()) {
      lastLine = time.nanoTime();
      out.println(text(done));
    }
  }

  /// Ends the bar, so that what is printed next stands on a line of its own.
  void finish(int done) {
    if (isTerminal) {
      show(done);
      out.println();
    } else {
      out.println(text(done));
    }
  }

  /// How long it has taken so far.
  Duration elapsed() {
    return Duration.ofNanos(time.nanoTime() - start);
  }

  /// Files per second so far.
  double rate(int done) {
    return (done - extent.before) / Math.max(1e-3, elapsed().toNanos() / 1e9);
  }

  private String bar(int done) {
    var filled = extent.total == 0 ? WIDTH : (int) ((long) WIDTH * done / extent.total);
    return "[" + "#".repeat(filled) + ".".repeat(WIDTH - filled) + "]";
  }

  private String text(int done) {
    var count = "%d/%d files".formatted(done, extent.total);
    if (done == extent.before) {
      return count;
    }
    var rate = rate(done);
    var left = extent.total - done;
    return "%s, %.0f/s%s"
        .formatted(count, rate, left == 0 ? "" : ", " + left(left / rate) + " left");
  }

  private static String left(double seconds) {
    var whole = (long) Math.ceil(seconds);
    return whole < 60 ? whole + " s" : "%d:%02d min".formatted(whole / 60, whole % 60);
  }
}
