package io.reproq;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/// Thrown by a handler when trying again is of no use: the task fails at once.
public class PermanentFailure extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  public PermanentFailure(String message) {
    super(message);
  }

  public PermanentFailure(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
