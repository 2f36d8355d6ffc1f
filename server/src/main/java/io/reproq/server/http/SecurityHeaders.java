package io.reproq.server.http;

import org.eclipse.jetty.http.HttpFields;

/// What every answer says to browsers: nothing in it is to be run, guessed at or kept.
final class SecurityHeaders {
  private SecurityHeaders() {}

  static void put(HttpFields.Mutable headers) {
    headers.put("X-Content-Type-Options", "nosniff");
    headers.put("Cache-Control", "no-store");
    headers.put("Content-Security-Policy", "default-src 'none'");
    headers.put("Referrer-Policy", "no-referrer");
  }
}
