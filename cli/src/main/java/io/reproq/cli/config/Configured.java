package io.reproq.cli.config;

import java.util.Optional;

/// A command that a file may tell the values of its flags.
public interface Configured {
  /// The values of the file that its flags, or the environment, name; empty when they name none.
  ///
  /// @throws io.reproq.cli.option.CommandFailure when the file cannot be used, saying why
  Optional<ConfiguredDefaults> defaults();
}
