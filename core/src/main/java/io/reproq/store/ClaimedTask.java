package io.reproq.store;

import io.reproq.json.Json;
import io.reproq.task.ClaimId;
import io.reproq.task.Spec;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// One attempt that a worker may run. (result_id, claim_id) is its fence.
///
/// @param attempt number of this attempt, from 1
/// @param startWithin how much of its time to start was left when the claim was made, by the
///   store's clock: counted from the sending of the claim it must not start so late; null for no
///   end
/// @param origin where it comes from
public record ClaimedTask(
    long resultId,
    ClaimId claimId,
    int attempt,
    @Nullable Duration startWithin,
    Origin origin,
    Description description) {

  /// The same attempt, described otherwise.
  public ClaimedTask withDescription(Description other) {
    return new ClaimedTask(resultId, claimId, attempt, startWithin, origin, other);
  }

  /// How a task came to be claimed.
  ///
  /// @param waited how long ago it was enqueued, by the store's clock
  /// @param headers JSON outside the spec, as it was enqueued; null for none
  public record Origin(Duration waited, @Nullable Json headers) {}

  /// The task's description as it was found.
  public sealed interface Description {
    /// It can be read.
    record Valid(Spec spec) implements Description {}

    /// It is missing or cannot be read, and `reason` says why: the task must fail.
    record Broken(String reason) implements Description {}
  }
}
