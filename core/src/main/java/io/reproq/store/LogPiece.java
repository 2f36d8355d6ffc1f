package io.reproq.store;

import java.time.Instant;

/// A piece of what an attempt put out.
///
/// @param attempt its number; attempts that did not count have the number of the next one
/// @param mark its place among the pieces of its task
/// @param at when it was kept
public record LogPiece(int attempt, Mark mark, Instant at, String text) {

  /// A place in the output of a task. Every attempt has a version of its own, also where numbers
  /// repeat, and a later one has a greater version.
  ///
  /// @param version of the task while the attempt ran
  /// @param start how many characters of the attempt's output come before
  public record Mark(long version, long start) implements Comparable<Mark> {
    /// Before all that a task ever put out.
    public static final Mark BEGINNING = new Mark(0, -1);

    @Override
    public int compareTo(Mark other) {
      return version == other.version
          ? Long.compare(start, other.start)
          : Long.compare(version, other.version);
    }
  }
}
