package io.reproq.store;

import io.reproq.task.Place;

/// One task that was taken back from a dead worker.
///
/// @param workerId the worker that had it
/// @param place where it went
public record Reclaimed(long resultId, String workerId, Place place) {}
