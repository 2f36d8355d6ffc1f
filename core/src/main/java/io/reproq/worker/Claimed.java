package io.reproq.worker;

/// What one claim brought.
///
/// @param count tasks that came
/// @param more whether there may be more at once
public record Claimed(int count, boolean more) {
  static final Claimed NOTHING = new Claimed(0, false);
}
