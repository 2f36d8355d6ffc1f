package io.reproq.store;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What a promotion did.
///
/// @param count deferred tasks that became ready
/// @param nextDue how long until the next deferred task is due, zero when some are due already;
///   null when none is deferred
public record Promoted(int count, @Nullable Duration nextDue) {}
