package io.reproq.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Collects where two views of one thing differ.
final class Differences {
  private final String subject;
  private final List<String> lines = new ArrayList<>();

  Differences(String subject) {
    this.subject = subject;
  }

  void compare(String what, @Nullable Object expected, @Nullable Object found) {
    if (!Objects.equals(expected, found)) {
      lines.add(subject + ": " + what + " should be <" + expected + ">, was <" + found + ">");
    }
  }

  List<String> lines() {
    return List.copyOf(lines);
  }
}
