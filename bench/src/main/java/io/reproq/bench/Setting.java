package io.reproq.bench;

import java.util.Locale;

/// A whole number that the command line can set. Each scenario has some of them.
enum Setting {
  ROUNDS("measured rounds", 1, 1000, 1),
  WARMUP("rounds before those", 0, 1000, 0),
  TASKS("tasks in one measurement", 1, 100_000_000, 3000),
  BATCH("tasks enqueued at once", 1, 10_000, 1000),
  CONCURRENCY("attempts that may run at once", 1, 100_000, 500),
  SECONDS("how long one measurement lasts", 1, 3600, 3),
  BACKLOG("while so many tasks wait, no more are enqueued", 1, 1_000_000, 2000),
  RATE("tasks enqueued in a second", 1, 1000, 200),
  READY("ready tasks in the deep database", 1, 100_000_000, 5000),
  DEFERRED("deferred tasks there", 1, 100_000_000, 5000),
  FINISHED("finished tasks there", 1, 100_000_000, 5000),
  BLOCKED("parked tasks there, ahead of all ready ones", 1, 100_000_000, 500);

  private final String meaning;
  private final int least;
  private final int most;
  private final int quick;

  /// @param quick enough to see whether a scenario works
  Setting(String meaning, int least, int most, int quick) {
    this.meaning = meaning;
    this.least = least;
    this.most = most;
    this.quick = quick;
  }

  /// As tables and JSON have it.
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// As the command line has it.
  String flag() {
    return "--" + label();
  }

  String meaning() {
    return meaning;
  }

  int quick(int value) {
    return Math.min(value, quick);
  }

  /// Reads a value of this setting.
  ///
  /// @throws IllegalArgumentException when it is no number, or out of range
  int read(String value) {
    try {
      var number = Integer.parseInt(value.replace("_", ""));
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Said below, together with what is out of range.
    }
    throw new IllegalArgumentException(
        "%s must be a whole number from %d to %d, was %s".formatted(flag(), least, most, value));
  }
}
