package io.reproq.bench;

import java.util.List;

/// Something worth measuring.
interface Scenario {
  /// As the command line has it.
  String name();

  /// What is measured, in one line.
  String summary();

  /// What is compared, in the order in which each round takes it.
  List<Side> sides(Options options);

  /// How many tasks one measurement takes when nothing else is said.
  int tasks();

  /// How many attempts may run at once when nothing else is said.
  int concurrency();
}
