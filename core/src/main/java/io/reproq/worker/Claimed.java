package io.reproq.worker;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What one claim brought.
///
/// @param count tasks that came
/// @param more whether there may be more at once
/// @param retryIn when there may be more without any word of it; null when that is not known
public record Claimed(int count, boolean more, @Nullable Duration retryIn) {
  static final Claimed NOTHING = new Claimed(0, false, null);
}
