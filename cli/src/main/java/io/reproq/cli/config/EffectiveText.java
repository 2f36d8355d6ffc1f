package io.reproq.cli.config;

import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Shows settings, section by section.
///
/// @param explain whether to say of each where it comes from
public record EffectiveText(List<Effective> settings, QueueDatabases databases, boolean explain) {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  public EffectiveText {
    settings = List.copyOf(settings);
  }

  /// As one JSON object on one line.
  public String json() {
    var sections = JSON.objectNode();
    for (var one : settings) {
      var section =
          sections.get(one.section()) instanceof ObjectNode known
              ? known
              : sections.putObject(one.section());
      section.set(one.word(), explain ? explained(one) : one.value());
    }
    var named = sections.putObject("databases");
    dsns().forEach((alias, dsn) -> named.put(alias, Effective.withoutPassword(dsn)));
    var queues = sections.putObject("queue_databases");
    databases.aliases().forEach(queues::put);
    return sections.toString();
  }

  /// As a file in YAML, which says the same when it is read; but for what is not shown.
  public String yaml() {
    var lines = new StringBuilder();
    var section = "";
    for (var one : settings) {
      if (!one.section().equals(section)) {
        section = one.section();
        lines.append(section).append(":\n");
      }
      lines.append("  ").append(one.word()).append(": ").append(scalar(one.value()));
      lines.append(explain ? "  # " + one.source() : "").append('\n');
    }
    if (dsns().size() > 1) {
      lines.append("databases:\n");
      dsns().forEach((alias, dsn) -> pair(lines, alias, Effective.withoutPassword(dsn)));
    }
    if (!databases.aliases().isEmpty()) {
      lines.append("queue_databases:\n");
      databases.aliases().forEach((queue, alias) -> pair(lines, queue, alias));
    }
    return lines.toString().stripTrailing();
  }

  private Map<String, String> dsns() {
    return databases.databases().dsns();
  }

  private static void pair(StringBuilder lines, String key, String value) {
    lines.append("  ").append(JSON.stringNode(key)).append(": ").append(JSON.stringNode(value));
    lines.append('\n');
  }

  private static ObjectNode explained(Effective one) {
    var node = JSON.objectNode();
    node.set("value", one.value());
    return node.put("source", one.source());
  }

  /// What JSON writes is YAML, too; words that are plain need no quotes.
  private static String scalar(JsonNode value) {
    return value.isNull()
        ? "''"
        : value.isString() && value.asString().matches("[A-Za-z0-9][A-Za-z0-9_./-]*")
            ? value.asString()
            : value.toString();
  }
}
