package io.reproq.process;

import io.reproq.json.InvalidJsonException;
import io.reproq.json.Json;
import io.reproq.json.JsonReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/// What a running task says of itself. A note that cannot be taken is dropped; no task fails for
/// it.
final class ChildNotes {
  private static final Logger log = LoggerFactory.getLogger(ChildNotes.class);
  private static final int LINE_BYTES = 1 << 20;

  private ChildNotes() {}

  /// Serves the connection of a spawned child to its end.
  static void serve(Connection connection, Journal journal) {
    try (connection) {
      connection.write(known(journal));
      for (var line = connection.readLine(LINE_BYTES);
          line != null;
          line = connection.readLine(LINE_BYTES)) {
        take(JsonReader.read(new ByteArrayInputStream(line)), journal);
      }
    } catch (IOException | InvalidJsonException e) {
      log.debug("a child's notes end early", e);
    }
  }

  /// The answer to who asks what was noted before.
  static byte[] known(Journal journal) {
    return ("{\"metadata\":" + journal.metadata().text() + "}\n").getBytes(StandardCharsets.UTF_8);
  }

  /// Takes one note.
  static void take(JsonNode note, Journal journal) {
    var metadata = note.get("metadata");
    if (metadata == null) {
      return;
    }
    try {
      journal.metadata(new Json(metadata.toString()));
    } catch (IllegalArgumentException e) {
      log.warn("a note of a task is dropped: {}", e.getMessage());
    }
  }
}
