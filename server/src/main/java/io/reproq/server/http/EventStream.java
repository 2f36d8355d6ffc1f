package io.reproq.server.http;

import io.reproq.server.events.EventJson;
import io.reproq.server.events.NumberedEvent;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Writes server-sent events: for each an id, by which a client can go on where it was cut off, and
/// one line of JSON.
final class EventStream {
  private final OutputStream out;
  private final String name;

  /// @param name tells this process's numbers from another's
  EventStream(OutputStream out, String name) {
    this.out = out;
    this.name = name;
  }

  /// The number in an id of the stream `name`; 0 when there is none, or it is another's.
  static long numberOf(@Nullable String id, String name) {
    if (id == null || !id.startsWith(name + "-")) {
      return 0;
    }
    try {
      return Long.parseLong(id.substring(name.length() + 1));
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  void write(NumberedEvent event) throws IOException {
    var id = name + "-" + event.number();
    send("id: " + id + "\ndata: " + EventJson.write(event.event()) + "\n\n");
  }

  /// Shows that the stream is alive.
  void ping() throws IOException {
    send(": ping\n\n");
    flush();
  }

  void flush() throws IOException {
    out.flush();
  }

  private void send(String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
  }
}
