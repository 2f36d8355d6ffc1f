package io.reproq.worker;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;

/// The attempts that run, and the room for more. Safe for use by many threads.
///
/// An attempt stays in the slot that it entered until it leaves, and knows its number: to leave
/// costs the same however many run, and a walk over the slots finds every attempt that was there
/// from the walk's beginning to its end.
final class Slots {
  private static final int NOBODY_WAITS = Integer.MAX_VALUE;

  private final int capacity;
  private final Signal freed;
  private final AtomicInteger used = new AtomicInteger();
  private final AtomicReferenceArray<Attempt> slots;

  /// The slot that was filled last. Of the claiming thread alone.
  private int last;

  private volatile int wanted = NOBODY_WAITS;

  /// Room for `capacity` attempts.
  ///
  /// @param freed raised when there is as much room as was wanted
  Slots(int capacity, Signal freed) {
    this.capacity = capacity;
    this.slots = new AtomicReferenceArray<>(capacity);
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

  /// Fills one reserved slot. For the claiming thread only.
  ///
  /// @throws IllegalStateException when nothing was reserved and there is no room
  void enter(Attempt attempt) {
    for (var tried = 0; tried < capacity; tried++) {
      last = last + 1 < capacity ? last + 1 : 0;
      if (slots.get(last) == null) {
        attempt.enter(last);
        slots.set(last, attempt);
        return;
      }
    }
    throw new IllegalStateException("all " + capacity + " slots are taken; reserve one first");
  }

  /// Empties a slot. Only the first call for an attempt does anything.
  void leave(Attempt attempt) {
    if (slots.compareAndSet(attempt.slot(), attempt, null)) {
      release(1);
    }
  }

  /// All that run now, as a list that does not change any more.
  List<Attempt> running() {
    var running = new ArrayList<Attempt>();
    for (var slot = 0; slot < capacity; slot++) {
      var attempt = slots.get(slot);
      if (attempt != null) {
        running.add(attempt);
      }
    }
    return running;
  }
}
