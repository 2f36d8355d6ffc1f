package io.reproq.worker;

import io.reproq.clock.TimeSource;
import io.reproq.store.StoreException;
import io.reproq.store.TaskStore;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs an [Engine] in a few named threads, from start to stop. Safe for use by many threads.
///
/// ## Stopping
///
/// A graceful stop claims no more, lets attempts finish until the deadline, gives back those that
/// have not, and writes all outcomes. A stop at once gives back first. The heartbeat ends last, so
/// that nobody takes for dead what is still finishing. Both are bounded, and may be called again at
/// any time: a stop at once cuts a graceful one short.
public final class Worker implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Worker.class);

  /// How long a stop may take to write the last outcomes.
  private static final Duration LAST_WRITES = Duration.ofSeconds(5);

  /// While there is a backlog, so long is waited for half the slots to be free: bigger batches,
  /// fewer claims.
  private static final Duration LINGER = Duration.ofMillis(1);

  private static final Duration WATCH = Duration.ofMillis(50);
  private static final Duration CHORES = Duration.ofMillis(500);

  /// The facts that an attempt notes are written no more often.
  private static final Duration NOTES = Duration.ofMillis(250);

  /// One that has not looked for work for so long, or for three of its rarest polls, is not at
  /// work.
  private static final Duration SILENCE = Duration.ofSeconds(10);

  private static final Duration IDLE = Duration.ofSeconds(1);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(2);

  private final Engine engine;
  private final WorkerConfig config;
  private final TimeSource time;
  private final Runnable stopListening;
  private final Loop claim;
  private final Loop settle;
  private final Loop cancel;
  private final Loop promote;
  private final List<Loop> chores;
  private final Loop heart;
  private final ReentrantLock lifecycle = new ReentrantLock();
  private volatile boolean hurried;
  private volatile boolean started;
  private volatile boolean stopped;
  private volatile long lookedAt;

  // Of the claim loop alone.
  private boolean backlog;
  private boolean lingered;
  private Duration poll;

  public Worker(Engine engine, WorkerConfig config, TaskStore store, TimeSource time) {
    this.engine = engine;
    this.config = config;
    this.time = time;
    this.poll = config.pace().soonestPoll();
    this.claim = new Loop("reproq-claim", engine.work(), this::claimStep);
    this.settle = new Loop("reproq-settle", engine.outcomes(), this::settleStep);
    this.heart = new Loop("reproq-heart", new Signal(), this::beatStep);
    this.cancel = new Loop("reproq-cancel", new Signal(), this::cancelStep);
    this.promote = new Loop("reproq-promote", new Signal(), this::promoteStep);
    var watch = new Loop("reproq-watch", new Signal(), this::watchStep);
    var reclaim = new Loop("reproq-reclaim", new Signal(), this::reclaimStep);
    var notes = new Loop("reproq-notes", new Signal(), this::noteStep);
    this.chores = List.of(watch, cancel, promote, reclaim, notes);
    this.stopListening = store.onWork(engine.work()::raise);
  }

  /// Enters the store and starts to work.
  ///
  /// @throws IllegalStateException when it was started before
  public void start() {
    lifecycle.lock();
    try {
      if (started) {
        throw new IllegalStateException("this worker was started before; make another one");
      }
      engine.enter();
      lookedAt = time.nanoTime();
      started = true;
      heart.start();
      settle.start();
      chores.forEach(Loop::start);
      claim.start();
    } finally {
      lifecycle.unlock();
    }
  }

  /// Why it does not run tasks now: it was not started, stops, is not sure of its lease, or could
  /// not look for work for too long. Empty while it is at work, or full of it.
  public Optional<String> obstacle() {
    if (!started) {
      return Optional.of("the worker has not started");
    }
    if (stopped) {
      return Optional.of("the worker stops");
    }
    if (!engine.isTrusted()) {
      return Optional.of("the worker could not prove its lease in time");
    }
    var silence = Duration.ofNanos(time.nanoTime() - lookedAt);
    var rarest = config.pace().rarestPoll().multipliedBy(3);
    return silence.compareTo(SILENCE.compareTo(rarest) > 0 ? SILENCE : rarest) > 0
        ? Optional.of("the worker has not looked for work for " + silence.toSeconds() + " s")
        : Optional.empty();
  }

  /// Looks for cancelled tasks now and not only at the next turn.
  public void expectCancels() {
    cancel.hurry();
  }

  /// Looks for deferred tasks that are due now and not only at the next turn.
  public void expectDeferred() {
    promote.hurry();
  }

  /// Stops, letting attempts finish for at most `deadline`.
  ///
  /// @return how many attempts were given back unfinished
  public int stopGracefully(Duration deadline) {
    return stop(deadline);
  }

  /// Stops, giving back every attempt. Cuts a graceful stop short.
  ///
  /// @return how many attempts were given back unfinished
  public int stopNow() {
    hurried = true;
    return stop(Duration.ZERO);
  }

  @Override
  public void close() {
    stopNow();
  }

  private int stop(Duration deadline) {
    lifecycle.lock();
    try {
      if (stopped) {
        return 0;
      }
      stopped = true;
      stopListening.run();
      return started ? wind(deadline) : 0;
    } finally {
      lifecycle.unlock();
    }
  }

  private int wind(Duration deadline) {
    claim.stop();
    claim.join(LAST_WRITES);
    await(() -> hurried || engine.running().isEmpty(), deadline);
    var left = engine.running().size();
    engine.giveBackAll();
    // The watch loop abandons handlers that do not heed the interruption.
    await(engine::isIdle, Watch.GRACE.plus(LAST_WRITES));
    settle.stop();
    chores.forEach(Loop::stop);
    settle.join(LAST_WRITES);
    heart.stop();
    heart.join(LAST_WRITES);
    if (!engine.isIdle()) {
      log.error("stopped with outcomes that could not be written; their tasks will run again");
    }
    try {
      engine.leave();
    } catch (StoreException e) {
      log.warn("could not sign off; the others will notice by themselves: {}", e.getMessage());
    }
    return left;
  }

  private void await(BooleanSupplier condition, Duration limit) {
    var start = time.nanoTime();
    while (!condition.getAsBoolean() && time.nanoTime() - start < limit.toNanos()) {
      LockSupport.parkNanos(LOOK_AGAIN.toNanos());
    }
  }

  private Duration claimStep() {
    var wait = claimOrWait();
    lookedAt = time.nanoTime();
    return wait;
  }

  /// With a backlog, a claim is worth more the more slots are free; without one, it waits for work
  /// to be announced, and looks for itself now and then.
  private Duration claimOrWait() {
    var slots = engine.slots();
    var free = slots.free();
    if (free == 0) {
      slots.want(1);
      return config.pace().soonestPoll();
    }
    if (backlog && !lingered && free < slots.capacity() / 2) {
      lingered = true;
      slots.want(slots.capacity() / 2);
      return LINGER;
    }
    lingered = false;
    var claimed = engine.claim();
    backlog = claimed.more();
    if (backlog) {
      return Duration.ZERO;
    }
    poll = claimed.count() > 0 ? config.pace().soonestPoll() : rarer(poll);
    var retryIn = claimed.retryIn();
    return retryIn == null || retryIn.compareTo(poll) > 0
        ? poll
        : retryIn.compareTo(LINGER) < 0 ? LINGER : retryIn;
  }

  /// An idle worker looks for work that nobody announced less and less often.
  private Duration rarer(Duration last) {
    var rarest = config.pace().rarestPoll();
    var next = last.multipliedBy(2);
    return next.compareTo(rarest) > 0 ? rarest : next;
  }

  private Duration settleStep() {
    return engine.settle() > 0 ? Duration.ZERO : IDLE;
  }

  private Duration beatStep() {
    engine.beat();
    return config.heartbeat();
  }

  private Duration watchStep() {
    engine.stopOverdue();
    return WATCH;
  }

  private Duration noteStep() {
    engine.note();
    return NOTES;
  }

  private Duration cancelStep() {
    engine.stopCancelled();
    return CHORES;
  }

  private Duration promoteStep() {
    var next = engine.promote().nextDue();
    return next == null || next.compareTo(CHORES) > 0 ? CHORES : next.plus(LINGER);
  }

  /// A dead process is seen at the first look after its death, and believed to be dead at the next:
  /// looks come a little more often than asked for, so that both, and the work that follows, fit
  /// into two intervals.
  private Duration reclaimStep() {
    engine.reclaim();
    return config.pace().reclaim().multipliedBy(4).dividedBy(5);
  }
}
