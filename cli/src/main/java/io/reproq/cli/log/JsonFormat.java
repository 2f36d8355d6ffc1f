package io.reproq.cli.log;

import java.io.StringWriter;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/// A line as one JSON object. Keys of the line's own go before those that it was given: `time`,
/// `level`, `msg`, `logger`, `error`, `stack`.
final class JsonFormat {
  private static final JsonFactory FACTORY = new JsonFactory();
  private static final Set<String> OWN = Set.of("time", "level", "msg", "logger", "error", "stack");

  private JsonFormat() {}

  static String write(LogLine line) {
    var text = new StringWriter(256);
    try (var json = FACTORY.createGenerator(ObjectWriteContext.empty(), text)) {
      json.writeStartObject();
      json.writeStringProperty("time", line.head().time().toString());
      json.writeStringProperty("level", line.head().level().toString());
      json.writeStringProperty("msg", line.message());
      json.writeStringProperty("logger", line.head().logger());
      write(json, line.process());
      write(json, line.keys());
      var failure = line.failure();
      if (failure != null) {
        json.writeStringProperty("error", failure.error());
        json.writeStringProperty("stack", failure.stack());
      }
      json.writeEndObject();
    }
    return text.append('\n').toString();
  }

  private static void write(JsonGenerator json, Map<String, Object> values) {
    values.forEach((key, value) -> {
      json.writeName(OWN.contains(key) ? key + "_" : key);
      switch (value) {
        case Long number -> json.writeNumber(number);
        case Integer number -> json.writeNumber(number);
        case Boolean truth -> json.writeBoolean(truth);
        default -> json.writeString(value.toString());
      }
    });
  }
}
