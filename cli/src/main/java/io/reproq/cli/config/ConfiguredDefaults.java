package io.reproq.cli.config;

import io.reproq.cli.option.CommandFailure;
import io.reproq.cli.option.Surroundings;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/// Gives the flags that are not on the command line the values of a file, but for those that the
/// environment has.
public final class ConfiguredDefaults implements IDefaultValueProvider {
  /// May stand above all services, where it is overruled by each one's own.
  private static final String COMMON_DSN = "dsn";

  private final ConfigFile file;
  private final Map<String, Setting> byFlag = new HashMap<>();
  private final Surroundings surroundings;

  /// What `file` says of `settings`.
  ///
  /// @throws CommandFailure when it has a key that is none of theirs
  public ConfiguredDefaults(ConfigFile file, List<Setting> settings, Surroundings surroundings) {
    this.file = file;
    this.surroundings = surroundings;
    settings.forEach(setting -> byFlag.put(setting.flag(), setting));
    var known = settings.stream().map(Setting::key).collect(Collectors.toSet());
    for (var key : file.values().keySet()) {
      if (!known.contains(key) && !key.equals(COMMON_DSN)) {
        throw new CommandFailure(
            "%s: unknown key %s; keys are named after the flags that reproq worker --help shows,"
                    .formatted(file.name(), key)
                + " such as worker.lease_seconds");
      }
    }
  }

  @Override
  public @Nullable String defaultValue(ArgSpec argument) {
    return setting(argument).map(this::value).orElse(null);
  }

  /// `message`, and where the values of the flags that it names stand.
  public static String explain(CommandLine line, String message) {
    return line.getDefaultValueProvider() instanceof ConfiguredDefaults defaults
        ? defaults.explain(message)
        : message;
  }

  private String explain(String message) {
    return message
        + byFlag.values().stream()
            .filter(setting -> fromFile(setting).isPresent() && names(message, setting.flag()))
            .map(setting -> "; %s stands in %s".formatted(setting.key(), file.name()))
            .sorted()
            .collect(Collectors.joining());
  }

  private static boolean names(String message, String flag) {
    return (message + " ").matches("(?s).*" + flag + "[^a-z-].*");
  }

  private Optional<Setting> setting(ArgSpec argument) {
    return argument instanceof OptionSpec option
        ? Optional.ofNullable(byFlag.get(option.longestName()))
        : Optional.empty();
  }

  private @Nullable String value(Setting setting) {
    var variable = setting.variable();
    var outside = variable == null ? "" : surroundings.variable(variable, "");
    return outside.isEmpty() ? fromFile(setting).orElse(null) : outside;
  }

  private Optional<String> fromFile(Setting setting) {
    var value = file.values().get(setting.key());
    return Optional.ofNullable(
        value == null && setting.flag().equals("--dsn") ? file.values().get(COMMON_DSN) : value);
  }
}
