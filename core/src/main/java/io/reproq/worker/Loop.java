package io.reproq.worker;

import io.reproq.store.StoreException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A named thread that takes a step, waits as long as the step says, and takes the next one, until
/// it is stopped. A step that fails is logged, once for each kind of trouble, and taken again after
/// a pause that grows.
final class Loop {
  private static final Logger log = LoggerFactory.getLogger(Loop.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

  private final Step step;
  private final Signal signal;
  private final Thread thread;
  private volatile boolean stopped;

  /// A loop that is not started yet.
  ///
  /// @param signal ends a wait early
  Loop(String name, Signal signal, Step step) {
    this.step = step;
    this.signal = signal;
    this.thread = Thread.ofPlatform().name(name).daemon().unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /// Ends the wait under way, or the next one.
  void hurry() {
    signal.raise();
  }

  /// Takes no further step. The one under way is finished by itself.
  void stop() {
    stopped = true;
    signal.raise();
  }

  /// Waits until the last step is over, at most `limit`.
  void join(Duration limit) {
    try {
      thread.join(limit);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    var pause = Duration.ZERO;
    var trouble = "";
    while (!stopped) {
      Duration wait;
      try {
        wait = step.take();
        if (!trouble.isEmpty()) {
          log.info("{} works again", thread.getName());
        }
        pause = Duration.ZERO;
        trouble = "";
      } catch (StoreException | IllegalStateException e) {
        pause = grown(pause);
        wait = pause;
        var message = String.valueOf(e.getMessage());
        if (!message.equals(trouble)) {
          log.warn("{} failed and goes on trying: {}", thread.getName(), message);
          log.debug("{} failed so", thread.getName(), e);
          trouble = message;
        }
      } catch (RuntimeException e) {
        pause = grown(pause);
        wait = pause;
        log.error("{} failed and goes on", thread.getName(), e);
      }
      signal.await(wait.toNanos());
    }
  }

  private static Duration grown(Duration pause) {
    var next = pause.isZero() ? FIRST_PAUSE : pause.multipliedBy(2);
    return next.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : next;
  }

  /// What a loop does each time.
  @FunctionalInterface
  interface Step {
    /// Does it once.
    ///
    /// @return how long to wait before the next one, zero for not at all
    Duration take();
  }
}
