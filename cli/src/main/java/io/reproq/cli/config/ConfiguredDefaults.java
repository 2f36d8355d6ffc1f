package io.reproq.cli.config;

import io.reproq.cli.option.CommandFailure;
import io.reproq.cli.option.Surroundings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/// Gives the flags that are not on the command line the values of the environment, else those of a
/// file.
public final class ConfiguredDefaults implements IDefaultValueProvider {
  private final @Nullable ConfigFile file;
  private final Map<String, Setting> byFlag = new LinkedHashMap<>();
  private final Surroundings surroundings;

  /// @param file null when there is none
  ConfiguredDefaults(@Nullable ConfigFile file, List<Setting> settings, Surroundings surroundings) {
    this.file = file;
    this.surroundings = surroundings;
    settings.forEach(setting -> byFlag.put(setting.flag(), setting));
  }

  /// Parses `line` once more, with what the file and the environment say; it was parsed before.
  ///
  /// @param args its command line
  /// @throws CommandFailure when they say something that cannot be used
  public static void parseAgain(CommandLine line, Configured command, String... args) {
    var defaults = command.defaults();
    defaults.check(line);
    line.setDefaultValueProvider(defaults);
    root(line).parseArgs(args);
  }

  private static CommandLine root(CommandLine line) {
    var parent = line.getParent();
    return parent == null ? line : root(parent);
  }

  @Override
  public @Nullable String defaultValue(ArgSpec argument) {
    return argument instanceof OptionSpec option
        ? Optional.ofNullable(byFlag.get(option.longestName()))
            .flatMap(this::told)
            .map(Told::value)
            .orElse(null)
        : null;
  }

  /// The file's name; empty when there is none.
  public Optional<String> source() {
    return Optional.ofNullable(file).map(ConfigFile::name);
  }

  /// Which databases there are, when the one of `dsn` is the default.
  ///
  /// @param dsn null when nobody named one
  /// @throws CommandFailure when they contradict each other
  public QueueDatabases databases(@Nullable String dsn) {
    return QueueDatabases.of(file, surroundings, dsn);
  }

  /// Looks at what the flags get that were not on the command line.
  ///
  /// @throws CommandFailure when a value is not of its flag's type
  void check(CommandLine line) {
    for (var setting : byFlag.values()) {
      var option = line.getCommandSpec().findOption(setting.flag());
      var told = told(setting);
      if (option != null && told.isPresent() && !line.getParseResult().hasMatchedOption(option)) {
        if (!setting.isList() && file != null && file.lists().contains(told.get().name())) {
          throw new CommandFailure(
              "invalid %s: wanted one value, found a list; %s"
                  .formatted(told.get().name(), told.get().where()));
        }
        ValueCheck.check(option, told.get());
      }
    }
  }

  /// `message`, and where the values of the flags that it names stand.
  public static String explain(CommandLine line, String message) {
    return line.getDefaultValueProvider() instanceof ConfiguredDefaults defaults
        ? message + defaults.places(line, message)
        : message;
  }

  private String places(CommandLine line, String message) {
    return byFlag.values().stream()
        .filter(setting ->
            names(message, setting) && !line.getParseResult().hasMatchedOption(setting.flag()))
        .flatMap(setting -> told(setting).stream())
        .map(told -> "; " + told.where())
        .filter(place -> !message.contains(place))
        .collect(Collectors.joining());
  }

  /// By its flag anywhere, or by its key's last word at the beginning.
  private static boolean names(String message, Setting setting) {
    var word = setting.key().substring(setting.key().lastIndexOf('.') + 1);
    return (message + " ").matches("(?s)(.*" + setting.flag() + "|" + word + ")[^a-z_-].*");
  }

  /// The settings that these are the values of, in their order.
  public List<Setting> settings() {
    return List.copyOf(byFlag.values());
  }

  /// What is said of `setting`, by who goes first.
  public Optional<Told> told(Setting setting) {
    var variable = setting.variable();
    var outside = variable == null ? "" : surroundings.variable(variable, "");
    return variable == null || outside.isEmpty()
        ? fromFile(setting)
        : Optional.of(new Told(outside, variable, "the environment"));
  }

  private Optional<Told> fromFile(Setting setting) {
    if (file == null) {
      return Optional.empty();
    }
    var own = file.values().get(setting.key());
    if (own != null) {
      return Optional.of(new Told(own, setting.key(), file.name()));
    }
    return setting.flag().equals("--dsn") ? commonDsn(file) : Optional.empty();
  }

  private static Optional<Told> commonDsn(ConfigFile file) {
    return file.values().entrySet().stream()
        .filter(entry ->
            entry.getKey().equals(KnownKeys.DSN) || entry.getKey().startsWith(KnownKeys.DATABASES))
        .findFirst()
        .map(entry -> new Told(entry.getValue(), entry.getKey(), file.name()));
  }
}
