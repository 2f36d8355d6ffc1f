package io.reproq.json;

import java.io.Serial;

/// A text that should be one JSON document and is not. The message says what is wrong and where.
public final class InvalidJsonException extends IllegalArgumentException {
  @Serial private static final long serialVersionUID = 1L;

  public InvalidJsonException(String message) {
    super(message);
  }
}
