package io.reproq.task;

import java.io.Serial;

/// A text that should describe a task and does not. The message names the field and what is wrong.
public final class InvalidSpecException extends IllegalArgumentException {
  @Serial private static final long serialVersionUID = 1L;

  public InvalidSpecException(String message) {
    super(message);
  }
}
