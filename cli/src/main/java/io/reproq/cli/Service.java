package io.reproq.cli;

import io.reproq.cli.option.LogOptions;

/// A command that may go on until it is stopped, and then logs to standard output.
interface Service {
  /// Whether it does, as it was called.
  boolean isService();

  LogOptions logging();
}
