package io.reproq.cli.config;

import io.reproq.cli.option.CommandFailure;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/// A configuration file in YAML: texts by their keys, with dots between the levels.
///
/// A list is its members with commas in between. What is empty counts as not there.
///
/// @param name the file as it was named
/// @param values in the file's order
public record ConfigFile(String name, Map<String, String> values) {
  private static final YAMLMapper MAPPER =
      YAMLMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  public ConfigFile {
    values = Map.copyOf(values);
  }

  /// Reads the file.
  ///
  /// @throws CommandFailure when it cannot be read, or is not YAML of such a form
  public static ConfigFile read(Path file) {
    try {
      return parse(file.toString(), Files.readString(file));
    } catch (MalformedInputException e) {
      throw new CommandFailure("cannot read " + file + ": it is not UTF-8");
    } catch (IOException e) {
      throw CommandFailure.unreadable(file.toString(), e);
    }
  }

  /// Reads `text`, which messages call `name`.
  ///
  /// @throws CommandFailure when it is not YAML of such a form
  static ConfigFile parse(String name, String text) {
    try {
      var tree = MAPPER.readTree(text);
      var values = new LinkedHashMap<String, String>();
      if (tree.isObject()) {
        collect(name, "", tree, values);
      } else if (!isEmpty(tree)) {
        throw new CommandFailure(
            name + ": wanted keys and values, such as worker: {queues: [mail]}");
      }
      return new ConfigFile(name, values);
    } catch (JacksonException e) {
      var at = e.getLocation();
      throw new CommandFailure(
          "%s, line %d: %s"
              .formatted(name, at == null ? 1 : at.getLineNr(), e.getOriginalMessage()));
    }
  }

  private static void collect(
      String name, String above, JsonNode object, Map<String, String> values) {
    object.forEachEntry((word, value) -> {
      var key = above + word;
      if (value.isObject()) {
        collect(name, key + ".", value, values);
      } else if (!isEmpty(value)) {
        values.put(key, value.isArray() ? list(name, key, value) : value.asString());
      }
    });
  }

  private static String list(String name, String key, JsonNode array) {
    var members = new StringJoiner(",");
    for (var member : array) {
      if (member.isContainer()) {
        throw new CommandFailure(
            "%s: %s is a list of texts, found %s in it".formatted(name, key, member));
      }
      members.add(member.asString());
    }
    return members.toString();
  }

  private static boolean isEmpty(JsonNode value) {
    return value.isMissingNode()
        || value.isNull()
        || (value.isString() && value.asString().isBlank())
        || (value.isArray() && value.isEmpty());
  }
}
