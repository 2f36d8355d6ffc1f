package io.reproq.worker;

import io.reproq.store.TaskStore;
import java.time.Duration;

/// Enqueues periodic tasks when they are due, in a thread of its own, from start to stop. Safe for
/// use by many threads.
///
/// It looks at every interval, and when the next task is due: one that is changed by another
/// process meanwhile may come late by as much.
public final class Beat implements AutoCloseable {
  /// How often it looks when nothing else is said.
  public static final Duration INTERVAL = Duration.ofSeconds(30);

  /// The step under way is waited for at most so long.
  private static final Duration LAST_PASS = Duration.ofSeconds(5);

  /// Clocks differ, and one that is early would look in vain.
  private static final Duration GRACE = Duration.ofMillis(2);

  private final Scheduler scheduler;
  private final Duration interval;
  private final Loop loop;

  /// A beat that is not started yet.
  ///
  /// @param interval how often it looks at least
  /// @throws IllegalArgumentException when that is not positive
  public Beat(TaskStore store, Duration interval) {
    if (!interval.isPositive()) {
      throw new IllegalArgumentException("interval must be positive, was " + interval);
    }
    this.scheduler = new Scheduler(store.schedules());
    this.interval = interval;
    this.loop = new Loop("reproq-beat", new Signal(), this::step);
  }

  public void start() {
    loop.start();
  }

  /// Looks now and not only at the next turn.
  public void hurry() {
    loop.hurry();
  }

  /// Stops, once the step under way is over.
  @Override
  public void close() {
    loop.stop();
    loop.join(LAST_PASS);
  }

  private Duration step() {
    var next = scheduler.pass().next();
    if (next == null || next.compareTo(interval) > 0) {
      return interval;
    }
    return next.isPositive() ? next.plus(GRACE) : Duration.ZERO;
  }
}
