package io.reproq.schedule;

import java.util.Locale;

/// What happens when a periodic task is due and the one before is not over.
public enum Overlap {
  /// Both run.
  ALLOW,
  /// This time it is left out.
  SKIP,
  /// The new one is enqueued, and runs after the one before.
  QUEUE;

  /// The word for it in SQL, JSON and on the command line.
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// The one with that label.
  ///
  /// @throws IllegalArgumentException when there is none
  public static Overlap of(String label) {
    for (var overlap : values()) {
      if (overlap.label().equals(label)) {
        return overlap;
      }
    }
    throw new IllegalArgumentException("overlap must be allow, skip or queue, was '" + label + "'");
  }
}
