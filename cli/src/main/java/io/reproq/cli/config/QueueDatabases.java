package io.reproq.cli.config;

import io.reproq.cli.option.CommandFailure;
import io.reproq.cli.option.Surroundings;
import io.reproq.task.QueueGlob;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// Which queue's tasks lie in which database.
///
/// @param databases all that there are
/// @param aliases by queues, or by globs of queues ([QueueGlob]), in order
public record QueueDatabases(Databases databases, Map<String, String> aliases) {
  private static final String VARIABLE = "REPROQ_QUEUE_DATABASES";

  public QueueDatabases {
    aliases = Collections.unmodifiableMap(new LinkedHashMap<>(aliases));
  }

  /// The alias for `queue`: that of its own name, else of the first glob that matches, else the
  /// default.
  public String aliasOf(String queue) {
    var exact = aliases.get(queue);
    return exact != null
        ? exact
        : aliases.entrySet().stream()
            .filter(entry -> QueueGlob.of(entry.getKey()).matches(queue))
            .map(Map.Entry::getValue)
            .findFirst()
            .orElse(databases.defaultAlias());
  }

  /// What a file and the environment say.
  ///
  /// @param dsn of the default database, null when nobody named one
  /// @throws CommandFailure when an alias is none, or the default is named twice
  static QueueDatabases of(
      @Nullable ConfigFile file, Surroundings surroundings, @Nullable String dsn) {
    var values = file == null ? Map.<String, String>of() : file.values();
    var named = below(KnownKeys.DATABASES, values);
    if (!named.isEmpty() && values.containsKey(KnownKeys.DSN)) {
      throw new CommandFailure(
          "dsn and databases both stand in %s: the first of databases is the default, leave dsn out"
              .formatted(file == null ? "" : file.name()));
    }
    if (!named.isEmpty() && dsn != null) {
      named.put(named.keySet().iterator().next(), dsn);
    }
    var databases =
        named.isEmpty()
            ? Databases.alone(dsn == null ? Databases.FALLBACK : dsn)
            : Databases.of(named);
    var outside = surroundings.variable(VARIABLE, "");
    return outside.isEmpty()
        ? checked(
            databases, below(KnownKeys.QUEUE_DATABASES, values), file == null ? "" : file.name())
        : checked(databases, json(outside), VARIABLE);
  }

  private static QueueDatabases checked(
      Databases databases, Map<String, String> aliases, String source) {
    aliases.forEach((queue, alias) -> {
      if (!databases.dsns().containsKey(alias)) {
        throw new CommandFailure(
            "queue_databases sends %s to '%s', which is none of the databases %s; it stands in %s"
                .formatted(queue, alias, String.join(", ", databases.dsns().keySet()), source));
      }
    });
    return new QueueDatabases(databases, aliases);
  }

  private static Map<String, String> below(String section, Map<String, String> values) {
    var found = new LinkedHashMap<String, String>();
    values.forEach((key, value) -> {
      if (key.startsWith(section)) {
        found.put(key.substring(section.length()), value);
      }
    });
    return found;
  }

  private static Map<String, String> json(String text) {
    var found = new LinkedHashMap<String, String>();
    try {
      var tree = JsonMapper.shared().readTree(text);
      if (!tree.isObject()) {
        throw unreadable(text);
      }
      tree.forEachEntry((queue, alias) -> {
        if (!alias.isString()) {
          throw unreadable(text);
        }
        found.put(queue, alias.asString());
      });
      return found;
    } catch (JacksonException e) {
      throw unreadable(text);
    }
  }

  private static CommandFailure unreadable(String text) {
    return new CommandFailure(
        "%s wants queues and aliases as JSON, such as {\"mail-*\": \"second\"}, was '%s'"
            .formatted(VARIABLE, text));
  }
}
