package io.reproq.server;

/// A server cannot start as it was configured. The message is one line for people.
public class ServerStartException extends Exception {
  private static final long serialVersionUID = 1;

  ServerStartException(String message) {
    super(message);
  }

  ServerStartException(String message, Throwable cause) {
    super(message, cause);
  }
}
