package io.reproq.bench;

import java.util.Map;

/// One of the things that a scenario compares.
///
/// @param name short, as the table shows it
/// @param role what it is to the others
/// @param measurement takes it once
record Side(String name, Role role, Measurement measurement) {

  enum Role {
    /// What is measured.
    OURS,
    /// What the sides before it are compared with, back to the ceiling before: mostly the same work
    /// without any of our code. Sides after the last one are compared with that.
    CEILING,
    /// Shown for information.
    BESIDE
  }

  @FunctionalInterface
  interface Measurement {
    /// Sets up, measures once and clears away; only the middle part is timed.
    ///
    /// @return values by the name of what they are, in the order of the table
    Map<String, Double> take() throws Exception;
  }
}
