package io.reproq.cli.config;

import io.reproq.cli.option.CommandFailure;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.dataformat.toml.TomlMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;

/// A configuration file in YAML or TOML: texts by their keys, with dots between the levels.
///
/// A list is its members with commas in between. What is empty counts as not there.
///
/// @param name the file as it was named
/// @param values in the file's order
/// @param lists those keys whose value stands there as a list
public record ConfigFile(String name, Map<String, String> values, Set<String> lists) {
  private static final ObjectMapper YAML =
      YAMLMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
  private static final ObjectMapper TOML = new TomlMapper();

  public ConfigFile {
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    lists = Set.copyOf(lists);
  }

  /// Reads the file; its name's end says in which form it is.
  ///
  /// @throws CommandFailure when it cannot be read, or is not of that form
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
  /// @throws CommandFailure when it is not of the form that the name's end says
  static ConfigFile parse(String name, String text) {
    try {
      var tree = mapper(name).readTree(text);
      var collected = new Collected(name, new LinkedHashMap<>(), new HashSet<>());
      if (tree.isObject()) {
        collected.add("", tree);
      } else if (!isEmpty(tree)) {
        throw new CommandFailure(
            name + ": wanted keys and values, such as worker: {queues: [mail]}");
      }
      return new ConfigFile(name, collected.values, collected.lists);
    } catch (JacksonException e) {
      var at = e.getLocation();
      throw new CommandFailure(
          "%s, line %d: %s"
              .formatted(name, at == null ? 1 : at.getLineNr(), e.getOriginalMessage()));
    }
  }

  private static ObjectMapper mapper(String name) {
    var end = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    return switch (end) {
      case "yaml", "yml" -> YAML;
      case "toml" -> TOML;
      default ->
          throw new CommandFailure(
              "a configuration file ends in .yaml, .yml or .toml, was " + name);
    };
  }

  private static boolean isEmpty(JsonNode value) {
    return value.isMissingNode()
        || value.isNull()
        || (value.isString() && value.asString().isBlank())
        || (value.isContainer() && value.isEmpty());
  }

  private record Collected(String name, Map<String, String> values, Set<String> lists) {
    void add(String above, JsonNode object) {
      object.forEachEntry((word, value) -> {
        var key = above + word;
        if (isEmpty(value)) {
          return;
        }
        if (value.isObject()) {
          add(key + ".", value);
        } else if (value.isArray()) {
          values.put(key, list(key, value));
          lists.add(key);
        } else {
          values.put(key, value.asString());
        }
      });
    }

    private String list(String key, JsonNode array) {
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
  }
}
