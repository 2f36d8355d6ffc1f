package io.reproq.store;

/// What a [Pruning] came to.
///
/// @param count how many tasks were deleted, or would be
/// @param lastId where it stopped
/// @param isDone whether there were no more
public record Pruned(long count, long lastId, boolean isDone) {}
