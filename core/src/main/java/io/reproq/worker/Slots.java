package io.reproq.worker;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// The attempts that run, and the room for more. Safe for use by many threads.
final class Slots {
  private static final int NOBODY_WAITS = Integer.MAX_VALUE;

  private final int capacity;
  private final Signal freed;
  private final AtomicInteger used = new AtomicInteger();
  private final Set<Attempt> running = ConcurrentHashMap.newKeySet();
  private volatile int wanted = NOBODY_WAITS;

  /// Room for `capacity` attempts.
  ///
  /// @param freed raised when there is as much room as was wanted
  Slots(int capacity, Signal freed) {
    this.capacity = capacity;
    this.freed = freed;
  }

  int capacity() {
    return capacity;
  }

  int free() {
    return capacity - used.get();
  }

  /// From now on the signal is raised as soon as `slots` are free.
  void want(int slots) {
    wanted = slots;
    if (free() >= slots) {
      freed.raise();
    }
  }

  /// Reserves room for a claim that is about to be sent.
  void reserve(int slots) {
    used.addAndGet(slots);
  }

  /// Gives back room that a claim did not fill.
  void release(int slots) {
    if (capacity - used.addAndGet(-slots) >= wanted) {
      wanted = NOBODY_WAITS;
      freed.raise();
    }
  }

  /// Fills one reserved slot.
  void enter(Attempt attempt) {
    running.add(attempt);
  }

  /// Empties a slot. Only the first call for an attempt does anything.
  void leave(Attempt attempt) {
    if (running.remove(attempt)) {
      release(1);
    }
  }

  /// All that run now. Live, and safe to walk while it changes.
  Set<Attempt> running() {
    return running;
  }
}
