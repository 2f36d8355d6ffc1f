package io.reproq.worker;

import io.reproq.clock.TimeSource;
import io.reproq.store.ClaimAnswer;
import io.reproq.store.ClaimRequest;
import io.reproq.store.ClaimRequest.Quota;
import io.reproq.store.ClaimedTask;
import io.reproq.store.ClaimedTask.Description;
import io.reproq.store.TaskStore;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// Takes as many tasks as there is room for, and no more: a task that was taken and never began
/// would cost an attempt if this worker died. Used by one thread.
final class Claimer {
  private final TaskStore store;
  private final Claims claims;
  private final Slots slots;
  private final ClaimRequest.Routing routing;
  private final AskedQueues queues;
  private final TimeSource time;
  private final Rotation rotation = new Rotation();
  private boolean idle;

  Claimer(TaskStore store, Claims claims, Slots slots, Terms terms) {
    this.store = store;
    this.claims = claims;
    this.slots = slots;
    this.routing = terms.routing;
    this.queues = terms.queues;
    this.time = terms.time;
  }

  /// Claims once.
  ///
  /// @param start is given every task that came, and when its claim was sent; the task must enter
  ///   its slot before that returns
  Claimed claim(UUID incarnation, BiConsumer<ClaimedTask, Moment> start) {
    var room = slots.reserve();
    if (room == 0) {
      return Claimed.NOTHING;
    }
    rotation.over(queues.now(idle));
    var quotas = rotation.quotas(room);
    if (quotas.isEmpty()) {
      slots.release(room);
      idle = true;
      return new Claimed(0, false, queues.lookAgain());
    }
    var id = claims.open(incarnation);
    var taken = List.<ClaimedTask>of();
    var sent = Moment.now(time);
    try {
      var answer = store.claim(new ClaimRequest(id, quotas, routing));
      if (answer instanceof ClaimAnswer.Taken(var tasks, var moved, var retryIn)) {
        taken = tasks;
        taken.forEach(task -> start.accept(task, sent));
        var more = rotation.saw(quotas, byQueue(taken, quotas), moved) || moved;
        idle = !more && taken.isEmpty();
        return new Claimed(taken.size(), more, earlier(retryIn, queues.lookAgain()));
      }
      return Claimed.NOTHING;
    } finally {
      claims.close(id);
      slots.release(room - taken.size());
    }
  }

  private static @Nullable Duration earlier(@Nullable Duration one, @Nullable Duration other) {
    return one == null || (other != null && other.compareTo(one) < 0) ? other : one;
  }

  private static Map<String, Integer> byQueue(List<ClaimedTask> tasks, List<Quota> quotas) {
    if (quotas.size() == 1) {
      return Map.of(quotas.getFirst().queue(), tasks.size());
    }
    var counts = new HashMap<String, Integer>();
    for (var task : tasks) {
      if (task.description() instanceof Description.Valid(var spec)) {
        counts.merge(spec.queue(), 1, Integer::sum);
      }
    }
    return counts;
  }

  /// What a claim asks by.
  record Terms(ClaimRequest.Routing routing, AskedQueues queues, TimeSource time) {}
}
