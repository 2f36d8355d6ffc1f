package io.reproq.memory;

import io.reproq.clock.TimeSource;
import io.reproq.store.ClaimRequest.Routing;
import io.reproq.store.DeathWatch;
import io.reproq.store.DeathWatch.Holder;
import io.reproq.store.DeathWatch.Sighting;
import io.reproq.store.WorkerInfo;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The workers that are entered. Read and written under the store's lock only.
final class Workers {
  private final Map<UUID, MemoryWorker> entered = new HashMap<>();

  /// How many workers list a path among their handlers.
  private final Map<String, Integer> listed = new HashMap<>();

  private final DeathWatch watch = new DeathWatch();

  /// Enters a worker. One that is there already, because the answer to its first join was lost,
  /// stays as it is.
  void join(WorkerInfo info, Instant now) {
    if (entered.putIfAbsent(info.incarnation(), new MemoryWorker(info, now)) == null) {
      info.handles().forEach(path -> listed.merge(path, 1, Integer::sum));
    }
  }

  @Nullable MemoryWorker get(UUID incarnation) {
    return entered.get(incarnation);
  }

  /// Strikes a worker out; null when it is not there.
  @Nullable MemoryWorker remove(UUID incarnation) {
    var worker = entered.remove(incarnation);
    if (worker != null) {
      for (var path : worker.info.handles()) {
        listed.computeIfPresent(path, (key, count) -> count == 1 ? null : count - 1);
      }
    }
    return worker;
  }

  Collection<MemoryWorker> all() {
    return Collections.unmodifiableCollection(entered.values());
  }

  /// Whether a worker with that routing runs tasks of `taskPath`.
  boolean runs(Routing routing, String taskPath) {
    return routing.handles().contains(taskPath)
        || (routing.others() && !listed.containsKey(taskPath));
  }

  /// Strikes out the dead, as `observer` finds them, and returns them.
  List<MemoryWorker> bury(UUID observer, TimeSource time, Instant now) {
    var sightings = new ArrayList<Sighting>();
    for (var worker : entered.values()) {
      sightings.add(
          new Sighting(
              worker.info.incarnation(),
              worker.beats(),
              !now.isBefore(worker.leasedUntil),
              worker.info.lease(),
              worker.info.heartbeat(),
              Holder.UNKNOWN));
    }
    var dead = new ArrayList<MemoryWorker>();
    for (var sighting : watch.judge(sightings, time.nanoTime())) {
      var worker = sighting.incarnation().equals(observer) ? null : remove(sighting.incarnation());
      if (worker != null) {
        dead.add(worker);
      }
    }
    return dead;
  }
}
