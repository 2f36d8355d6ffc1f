package io.reproq.bench;

import java.util.List;
import java.util.Map;

/// Something worth measuring.
interface Scenario {
  /// As the command line has it.
  String name();

  /// What is measured, in one line.
  String summary();

  /// What can be set, and its value when nothing else is said. Always has rounds and warm-up.
  Map<Setting, Integer> settings();

  /// Gets ready whatever outlasts a single measurement.
  ///
  /// @throws IllegalArgumentException when the options ask for what cannot be
  Stage stage(Options options) throws Exception;

  /// What outlasts a single measurement.
  interface Stage extends AutoCloseable {
    /// What is compared, in the order in which each round takes it.
    List<Side> sides(Options options);

    /// What a reader of the figures has to know of the database; nothing where there is no server.
    default Map<String, String> about() {
      return Map.of();
    }

    /// What the database's statements cost in the last round.
    default List<StatementCost> statements() {
      return List.of();
    }

    @Override
    default void close() {}
  }
}
