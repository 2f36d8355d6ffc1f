package io.reproq.server.http;

/// Where the doors are.
final class Paths {
  static final String HEALTH = "/healthz";
  static final String READY = "/readyz";
  static final String METRICS = "/metrics";
  static final String EVENTS = "/events";

  /// The type of every body for people.
  static final String PLAIN = "text/plain; charset=utf-8";

  private Paths() {}
}
