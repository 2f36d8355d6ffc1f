package io.reproq.cli.config;

import io.reproq.cli.option.CommandFailure;
import io.reproq.cli.option.Surroundings;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Which file a service is told by: `--config`, else `REPROQ_CONFIG`, else none.
public final class ConfigOption {
  private static final String VARIABLE = "REPROQ_CONFIG";

  private final Surroundings surroundings;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "YAML with the values of flags: worker.lease_seconds is --lease-seconds. Flags and"
              + " environment go before it. Default: REPROQ_CONFIG, else none.")
  private @Nullable String name;

  public ConfigOption(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /// What the file says of `settings`; empty when there is none.
  ///
  /// @throws CommandFailure when it cannot be read, or says something that nobody knows
  public Optional<ConfiguredDefaults> defaults(List<Setting> settings) {
    var chosen = name == null ? surroundings.variable(VARIABLE, "") : name;
    if (chosen.isEmpty()) {
      return Optional.empty();
    }
    if (!chosen.endsWith(".yaml") && !chosen.endsWith(".yml")) {
      throw new CommandFailure("--config wants a file that ends in .yaml or .yml, was " + chosen);
    }
    return Optional.of(
        new ConfiguredDefaults(ConfigFile.read(Path.of(chosen)), settings, surroundings));
  }
}
