package io.reproq.worker;

import io.reproq.clock.TimeSource;
import io.reproq.store.TaskStore;
import io.reproq.store.WorkerInfo;
import java.lang.module.ModuleDescriptor;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// This worker's place among the living: its incarnation, and how long it may trust in it. Safe for
/// use by many threads.
///
/// The lease counts from the *sending* of the last confirmed heartbeat, and has run out when either
/// clock says so. It is trusted a fifth less than it lasts, so that handlers stop before others may
/// start.
final class Membership {
  private static final String VERSION =
      Optional.ofNullable(Membership.class.getModule().getDescriptor())
          .flatMap(ModuleDescriptor::rawVersion)
          .or(() -> Optional.ofNullable(Membership.class.getPackage().getImplementationVersion()))
          .orElse("unknown");

  private final TaskStore store;
  private final WorkerConfig config;
  private final Set<String> handles;
  private final TimeSource time;
  private volatile @Nullable Life life;

  Membership(TaskStore store, WorkerConfig config, Set<String> handles, TimeSource time) {
    this.store = store;
    this.config = config;
    this.handles = handles;
    this.time = time;
  }

  /// Enters the store under a new incarnation.
  void enter() {
    var sent = sending();
    var incarnation = UUID.randomUUID();
    store.join(
        new WorkerInfo(
            incarnation,
            config.workerId(),
            hostname(),
            config.concurrency(),
            config.queues(),
            handles,
            config.lease(),
            config.heartbeat(),
            VERSION));
    life = new Life(incarnation, sent);
  }

  /// The incarnation, while its lease can be trusted.
  Optional<UUID> trusted() {
    var now = life;
    return now != null && isFresh(now.confirmed) ? Optional.of(now.incarnation) : Optional.empty();
  }

  /// The incarnation as last entered, trusted or not.
  Optional<UUID> entered() {
    return Optional.ofNullable(life).map(Life::incarnation);
  }

  /// The moment in which a heartbeat is sent, to be confirmed by its answer.
  Moment sending() {
    return Moment.now(time);
  }

  /// The heartbeat sent at `sent` was answered.
  void confirm(UUID incarnation, Moment sent) {
    life = new Life(incarnation, sent);
  }

  /// Strikes this worker out.
  void leave() {
    var last = life;
    life = null;
    if (last != null) {
      store.leave(last.incarnation);
    }
  }

  private boolean isFresh(Moment confirmed) {
    var trust = config.lease().minus(config.lease().dividedBy(5));
    return !confirmed.isPast(trust, time);
  }

  private static String hostname() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }

  private record Life(UUID incarnation, Moment confirmed) {}
}
