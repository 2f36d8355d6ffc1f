package io.reproq.server.security;

/// What is answered to one who asks: nothing yet, or a refusal.
public enum Verdict {
  ADMITTED(200, ""),
  /// No credentials, or wrong ones.
  UNAUTHORIZED(401, "unauthorized"),
  /// From where one may not ask.
  FORBIDDEN(403, "forbidden"),
  /// Refused too often lately.
  RATE_LIMITED(429, "rate limited");

  private final int status;
  private final String body;

  Verdict(int status, String body) {
    this.status = status;
    this.body = body;
  }

  public int status() {
    return status;
  }

  public String body() {
    return body;
  }
}
