package io.reproq.cli.config;

import io.reproq.cli.option.Durations;
import io.reproq.dsn.Dsn;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// A setting as a service has it, fit to be shown: without secrets.
///
/// @param value null when it has none
/// @param source who says so
public record Effective(Setting setting, JsonNode value, String source) {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /// The settings of `line` when nothing is on its command line but the file.
  ///
  /// @param line a service that was parsed with `defaults`
  public static List<Effective> of(CommandLine line, ConfiguredDefaults defaults) {
    var all = new ArrayList<Effective>();
    for (var setting : defaults.settings()) {
      var value = line.getCommandSpec().findOption(setting.flag()).getValue();
      all.add(
          new Effective(
              setting,
              shown(setting, value),
              defaults.told(setting).map(Effective::source).orElse("default")));
    }
    return all;
  }

  /// The part of the file that it stands in.
  public String section() {
    return setting.key().substring(0, setting.key().indexOf('.'));
  }

  /// Its name in that part.
  public String word() {
    return setting.key().substring(setting.key().indexOf('.') + 1);
  }

  /// A name for a database without its password.
  public static String withoutPassword(String dsn) {
    return Dsn.parse(dsn).toString();
  }

  private static String source(Told told) {
    return told.name() + " in " + told.place();
  }

  private static JsonNode shown(Setting setting, @Nullable Object value) {
    var isEmpty = value == null || value.toString().isEmpty();
    if (setting.flag().equals("--dsn")) {
      return JSON.stringNode(
          withoutPassword(value == null ? Databases.FALLBACK : value.toString()));
    }
    if (setting.isList()) {
      return list(value);
    }
    if (isEmpty || value == null) {
      return JSON.nullNode();
    }
    if (setting.isSecret()) {
      return JSON.stringNode("[redacted]");
    }
    return switch (value) {
      case Integer number -> JSON.numberNode(number);
      case Boolean flag -> JSON.booleanNode(flag);
      case Duration duration -> JSON.stringNode(Durations.text(duration));
      default -> JSON.stringNode(value.toString());
    };
  }

  private static JsonNode list(@Nullable Object value) {
    var list = JSON.arrayNode();
    var members =
        value instanceof List<?> many
            ? many.stream().map(Object::toString).toList()
            : value == null ? List.<String>of() : List.of(value.toString().split(","));
    members.stream().map(String::strip).filter(each -> !each.isEmpty()).forEach(list::add);
    return list;
  }
}
