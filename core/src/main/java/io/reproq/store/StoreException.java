package io.reproq.store;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/// The store could not be asked, or refused. Nothing of the call was done, as far as is known.
public final class StoreException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final boolean isTransient;

  public StoreException(String message, boolean isTransient, @Nullable Throwable cause) {
    super(message, cause);
    this.isTransient = isTransient;
  }

  /// Whether the same call may succeed later, because what was sent is not at fault: a lost
  /// connection, a busy or full database, a missing right.
  public boolean isTransient() {
    return isTransient;
  }
}
