package io.reproq.store;

import java.time.Instant;

/// A worker as the store has it.
///
/// @param running attempts it holds
/// @param beats heartbeats so far
public record WorkerRow(
    WorkerInfo info,
    Instant startedAt,
    Instant lastSeenAt,
    Instant leasedUntil,
    int running,
    long beats) {}
