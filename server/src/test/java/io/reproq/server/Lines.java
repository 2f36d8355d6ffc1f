package io.reproq.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;

/// A stream of events, read line by line.
record Lines(InputStream body, BufferedReader reader) implements AutoCloseable {
  static Lines of(HttpResponse<InputStream> response) {
    var body = response.body();
    return new Lines(body, new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8)));
  }

  /// The next line that begins so, whatever comes before it.
  String next(String beginning) throws IOException {
    for (var line = reader.readLine(); line != null; line = reader.readLine()) {
      if (line.startsWith(beginning)) {
        return line;
      }
    }
    throw new IOException("the stream ended before a line with " + beginning);
  }

  @Override
  public void close() throws IOException {
    body.close();
  }
}
