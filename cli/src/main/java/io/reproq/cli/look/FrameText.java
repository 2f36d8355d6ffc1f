package io.reproq.cli.look;

import io.reproq.cli.database.NamedDatabase;
import io.reproq.store.Queues;
import io.reproq.store.TaskRun;
import io.reproq.task.TaskStatus;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Draws a frame as lines of plain text.
final class FrameText {
  /// Below this nothing sensible can be told.
  private static final int NARROWEST = 40;

  private static final int NUMBERS = 6 * 9;

  private final NamedDatabase database;
  private final int width;
  private final int nameWidth;

  /// @param width columns of the terminal
  /// @param database the one that is drawn
  FrameText(int width, NamedDatabase database) {
    this.database = database;
    this.width = Math.max(NARROWEST, width);
    this.nameWidth = Math.max(8, Math.min(24, this.width - NUMBERS));
  }

  /// The lines, none longer than the terminal is wide.
  ///
  /// @param place the database, for people
  /// @param before the frame before this one, null for none
  List<String> lines(String place, Frame frame, @Nullable Frame before) {
    var lines = new ArrayList<String>();
    var rate = frame.queues().stream().mapToDouble(queue -> frame.rate(before, queue)).sum();
    lines.add(
        "%s   %s   %s"
            .formatted(
                heading(place), frame.at().truncatedTo(ChronoUnit.SECONDS), perSecond(rate)));
    lines.add("");
    queues(lines, frame, before);
    lines.add("");
    workers(lines, frame);
    lines.add("");
    failures(lines, frame);
    return lines.stream().map(this::cut).toList();
  }

  private String heading(String place) {
    return database.isAlone() ? place : database.alias() + ": " + place;
  }

  private void queues(List<String> lines, Frame frame, @Nullable Frame before) {
    lines.add(row("QUEUE", "READY", "RUNNING", "WAITING", "FAILED", "DONE", "PER SEC"));
    for (var queue : frame.queues()) {
      var isPaused = frame.paused().contains(queue) || frame.paused().contains(Queues.ALL);
      lines.add(
          row(
                  queue,
                  number(frame.count(queue, TaskStatus.READY)),
                  number(frame.count(queue, TaskStatus.RUNNING)),
                  number(frame.count(queue, TaskStatus.WAITING)),
                  number(frame.count(queue, TaskStatus.FAILED)),
                  number(frame.count(queue, TaskStatus.SUCCESSFUL)),
                  String.format(Locale.ROOT, "%.1f", frame.rate(before, queue)))
              + (isPaused ? "  paused" : ""));
    }
    if (frame.queues().isEmpty()) {
      lines.add("no tasks");
    }
  }

  private String row(String name, String... numbers) {
    var row = new StringBuilder(fitted(name, nameWidth));
    for (var number : numbers) {
      row.append("%9s".formatted(number));
    }
    return row.toString();
  }

  private void workers(List<String> lines, Frame frame) {
    lines.add(fitted("WORKER", nameWidth) + "  STATE    RUNS     SEEN  QUEUES");
    for (var worker : frame.workers()) {
      var age = Duration.between(worker.lastSeenAt(), frame.at()).toSeconds();
      lines.add(
          "%s  %-7s %4d/%-4d %3ds  %s"
              .formatted(
                  fitted(worker.info().workerId(), nameWidth),
                  WorkerState.of(worker, frame.at()).label(),
                  worker.running(),
                  worker.info().concurrency(),
                  Math.max(0, age),
                  String.join(",", worker.info().queues())));
    }
    if (frame.workers().isEmpty()) {
      lines.add("no workers");
    }
  }

  private void failures(List<String> lines, Frame frame) {
    lines.add("NEWEST FAILURES");
    frame.failures().forEach(run -> lines.add(failure(run)));
    if (frame.failures().isEmpty()) {
      lines.add("none");
    }
  }

  private String failure(TaskRun run) {
    var error = run.result().lastError();
    return "%s  %s  %s  %s"
        .formatted(
            database.id(run.resultId()),
            run.times().failedAt(),
            run.taskPath(),
            error == null ? "" : error.replaceAll("\\s+", " ").strip());
  }

  private static String perSecond(double rate) {
    return String.format(Locale.ROOT, "%.1f tasks/s", rate);
  }

  private static String number(long count) {
    if (count < 10_000_000) {
      return Long.toString(count);
    }
    return String.format(Locale.ROOT, "%.1fM", count / 1e6);
  }

  private static String fitted(String text, int columns) {
    var shown = text.length() > columns ? text.substring(0, columns - 1) + "…" : text;
    return shown + " ".repeat(columns - shown.length());
  }

  /// One line of the terminal at most, and nothing in it that would steer the terminal.
  String cut(String line) {
    var plain = line.replaceAll("\\p{Cntrl}", " ");
    return plain.length() > width ? plain.substring(0, width - 1) + "…" : plain;
  }
}
