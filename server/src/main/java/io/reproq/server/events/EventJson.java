package io.reproq.server.events;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Writes events as JSON in one line.
public final class EventJson {
  private static final JsonMapper MAPPER = new JsonMapper();

  private EventJson() {}

  /// What is not known is left out.
  public static String write(TaskEvent event) {
    var json = JsonNodeFactory.instance.objectNode();
    json.put("ts", event.ts().toString());
    json.put("level", event.level().name().toLowerCase(Locale.ROOT));
    json.put("type", event.type());
    json.put("msg", event.msg());
    text(json, "queue", event.queue());
    var taskId = event.taskId();
    if (taskId != null) {
      json.put("task_id", taskId);
    }
    text(json, "worker_id", event.workerId());
    if (!event.metadata().isEmpty()) {
      var metadata = json.putObject("metadata");
      event.metadata().forEach(metadata::put);
    }
    return MAPPER.writeValueAsString(json);
  }

  private static void text(ObjectNode json, String name, @Nullable String value) {
    if (value != null) {
      json.put(name, value);
    }
  }
}
