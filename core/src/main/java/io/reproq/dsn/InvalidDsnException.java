package io.reproq.dsn;

import java.io.Serial;

/// A text that should name a database and does not. The message holds no password.
public final class InvalidDsnException extends IllegalArgumentException {
  @Serial private static final long serialVersionUID = 1L;

  public InvalidDsnException(String message) {
    super(message);
  }
}
