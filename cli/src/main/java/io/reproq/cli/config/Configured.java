package io.reproq.cli.config;

/// A command that a file and the environment may tell the values of its flags.
public interface Configured {
  /// What they say.
  ///
  /// @throws io.reproq.cli.option.CommandFailure when the file cannot be used, saying why
  ConfiguredDefaults defaults();
}
