package io.reproq.cli.config;

import io.reproq.cli.option.CommandFailure;
import io.reproq.cli.option.Surroundings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Which file a service is told by: `--config`, else `REPROQ_CONFIG`, else the first in the current
/// folder of those that it looks for, else none.
public final class ConfigOption {
  private static final String VARIABLE = "REPROQ_CONFIG";

  private static final List<String> LOOKED_FOR =
      List.of(
          "reproq.yaml",
          "reproq.yml",
          "reproq.toml",
          ".reproq.yaml",
          ".reproq.yml",
          ".reproq.toml");

  private final Surroundings surroundings;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "YAML or TOML with the values of flags: worker.lease_seconds is --lease-seconds. Flags"
              + " and environment go before it. Default: REPROQ_CONFIG, else reproq.yaml, .yml or"
              + " .toml, or .reproq.yaml, .yml or .toml, in the current folder, else none.")
  private @Nullable String name;

  private @Nullable ConfiguredDefaults read;

  public ConfigOption(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /// What the file and the environment say of `settings`. The file is read once.
  ///
  /// @throws CommandFailure when the file cannot be read, or says something that nobody knows
  public ConfiguredDefaults defaults(List<Setting> settings) {
    if (read == null) {
      read = read(settings);
    }
    return read;
  }

  private ConfiguredDefaults read(List<Setting> settings) {
    var file = file().map(ConfigFile::read).orElse(null);
    if (file != null) {
      KnownKeys.check(file);
    }
    return new ConfiguredDefaults(file, settings, surroundings);
  }

  /// The words that tell another command of the same file.
  public List<String> words() {
    return name == null ? List.of() : List.of("--config", name);
  }

  private Optional<Path> file() {
    var chosen = name == null ? surroundings.variable(VARIABLE, "") : name;
    return chosen.isEmpty() ? discovered(Path.of("")) : Optional.of(Path.of(chosen));
  }

  /// The file in `folder` that is taken when nobody names one.
  static Optional<Path> discovered(Path folder) {
    return LOOKED_FOR.stream().map(folder::resolve).filter(Files::isRegularFile).findFirst();
  }
}
