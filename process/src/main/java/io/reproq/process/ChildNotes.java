package io.reproq.process;

import io.reproq.json.InvalidJsonException;
import io.reproq.json.Json;
import io.reproq.json.JsonReader;
import io.reproq.worker.Attempt;
import io.reproq.worker.AttemptKeys;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/// What the processes of one attempt say of its task while it runs. A note that cannot be taken is
/// dropped; no task fails for it. Safe for use by many threads.
final class ChildNotes implements ControlSocket.Guest {
  private static final Logger log = LoggerFactory.getLogger(ChildNotes.class);
  private static final int LINE_BYTES = 1 << 20;

  private final Attempt attempt;
  private final Queue<CompletableFuture<Void>> served = new ConcurrentLinkedQueue<>();

  ChildNotes(Attempt attempt) {
    this.attempt = attempt;
  }

  /// Serves a connection to its end.
  @Override
  public void enter(JsonNode hello, Connection connection) {
    var end = new CompletableFuture<Void>();
    served.add(end);
    try (connection) {
      connection.write(known());
      for (var line = connection.readLine(LINE_BYTES);
          line != null;
          line = connection.readLine(LINE_BYTES)) {
        take(JsonReader.read(new ByteArrayInputStream(line)));
      }
    } catch (IOException | InvalidJsonException e) {
      log.debug("a child's notes end early", e);
    } finally {
      end.complete(null);
    }
  }

  /// Waits until all that was said is taken, not longer than `limit`. Not interrupted.
  void await(Duration limit) {
    CompletableFuture.allOf(served.toArray(CompletableFuture<?>[]::new))
        .completeOnTimeout(null, limit.toMillis(), TimeUnit.MILLISECONDS)
        .join();
  }

  /// The answer to who asks what was noted before.
  byte[] known() {
    return ("{\"metadata\":" + attempt.notes().metadata().text() + "}\n")
        .getBytes(StandardCharsets.UTF_8);
  }

  /// Takes one note.
  ///
  /// @return whether `message` was one
  boolean take(JsonNode message) {
    var metadata = message.get("metadata");
    if (metadata == null) {
      return false;
    }
    try {
      attempt.notes().metadata(new Json(metadata.toString()));
    } catch (IllegalArgumentException e) {
      AttemptKeys.about(attempt, log.atWarn()).log("a note is dropped: {}", e.getMessage());
    }
    return true;
  }
}
