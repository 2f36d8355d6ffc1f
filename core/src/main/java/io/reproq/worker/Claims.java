package io.reproq.worker;

import io.reproq.task.ClaimId;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;

/// Numbers this worker's claims, and knows which have been sent and not yet answered. Safe for use
/// by many threads.
final class Claims {
  private final ReentrantLock lock = new ReentrantLock();
  private final Set<Long> inFlight = new HashSet<>();
  private long next = 1;

  /// A new claim, in flight until it is [#close]d.
  ClaimId open(UUID incarnation) {
    lock.lock();
    try {
      inFlight.add(next);
      return new ClaimId(incarnation, next++);
    } finally {
      lock.unlock();
    }
  }

  /// The claim was answered and its tasks are known, or its answer is lost for good.
  void close(ClaimId claim) {
    lock.lock();
    try {
      inFlight.remove(claim.number());
    } finally {
      lock.unlock();
    }
  }

  /// What had been sent by now.
  Sent sent() {
    lock.lock();
    try {
      return new Sent(next, Set.copyOf(inFlight));
    } finally {
      lock.unlock();
    }
  }

  /// The claims sent by some moment.
  ///
  /// @param next number of the claim that comes after all these
  /// @param inFlight numbers of those not yet answered
  record Sent(long next, Set<Long> inFlight) {
    /// Whether `claim` was sent, and its answer is over.
    boolean answered(ClaimId claim) {
      return claim.number() < next && !inFlight.contains(claim.number());
    }
  }
}
