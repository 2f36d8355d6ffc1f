package io.reproq.store;

import io.reproq.task.ClaimId;
import io.reproq.task.Outcome;
import io.reproq.task.Place;

/// What one attempt came to, and where its task goes with it.
///
/// @param next as [io.reproq.task.Transitions] decided
public record Settlement(long resultId, ClaimId claimId, Outcome outcome, Place next) {}
