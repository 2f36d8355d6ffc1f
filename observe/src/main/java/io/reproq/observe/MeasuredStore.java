package io.reproq.observe;

import io.reproq.clock.TimeSource;
import io.reproq.store.ClaimAnswer;
import io.reproq.store.ClaimRequest;
import io.reproq.store.ClaimedTask;
import io.reproq.store.ClaimedTask.Description;
import io.reproq.store.ForwardingStore;
import io.reproq.store.Reclaimed;
import io.reproq.store.RenewAnswer;
import io.reproq.store.Settled;
import io.reproq.store.Settlement;
import io.reproq.store.TaskStore;
import io.reproq.task.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/// A store whose calls from the worker are timed, and whose claims are counted. Calls that fail are
/// timed too.
final class MeasuredStore extends ForwardingStore {
  private final WorkerMeters meters;
  private final TimeSource time;
  private final Sampler<DatabaseState> sampler;

  /// @param sampler is closed with the store
  MeasuredStore(
      TaskStore store, WorkerMeters meters, TimeSource time, Sampler<DatabaseState> sampler) {
    super(store);
    this.meters = meters;
    this.time = time;
    this.sampler = sampler;
  }

  @Override
  public ClaimAnswer claim(ClaimRequest request) {
    var start = time.nanoTime();
    try {
      var answer = super.claim(request);
      if (answer instanceof ClaimAnswer.Taken taken) {
        taken.tasks().forEach(this::taken);
      }
      return answer;
    } finally {
      var took = since(start);
      meters.called("claim", took);
      request.quotas().forEach(quota -> meters.asked(quota.queue(), took));
    }
  }

  private void taken(ClaimedTask task) {
    var queue =
        task.description() instanceof Description.Valid(var spec) ? spec.queue() : Labels.UNKNOWN;
    meters.claimed(queue, task.origin().waited());
  }

  @Override
  public RenewAnswer renew(UUID incarnation) {
    var start = time.nanoTime();
    try {
      return super.renew(incarnation);
    } finally {
      meters.called("heartbeat", since(start));
    }
  }

  @Override
  public List<Reclaimed> reclaim(UUID observer) {
    var start = time.nanoTime();
    try {
      return super.reclaim(observer);
    } finally {
      meters.called("reclaim", since(start));
    }
  }

  @Override
  public List<Settled> settle(List<Settlement> settlements) {
    var start = time.nanoTime();
    try {
      return super.settle(settlements);
    } finally {
      var took = since(start);
      var successes = settlements.stream().filter(MeasuredStore::isSuccess).count();
      if (successes > 0) {
        meters.called("complete_success", took);
      }
      if (successes < settlements.size()) {
        meters.called("complete_failure", took);
      }
    }
  }

  private static boolean isSuccess(Settlement settlement) {
    return settlement.outcome() instanceof Outcome.Succeeded;
  }

  private Duration since(long start) {
    return Duration.ofNanos(time.nanoTime() - start);
  }

  @Override
  public void close() {
    sampler.close();
    super.close();
  }
}
