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

  private final Room room;
  private final Signal freed;
  private final AtomicInteger used = new AtomicInteger();
  private final AtomicReferenceArray<Attempt> slots;

  /// The slot that was filled last. Of the claiming thread alone.
  private int last;

  private volatile int wanted = NOBODY_WAITS;

  /// As many as there is `room` for, shared or not.
  ///
  /// @param freed raised when there is as much room as was wanted
  Slots(Room room, Signal freed) {
    this.room = room;
    this.slots = new AtomicReferenceArray<>(room.capacity());
    this.freed = freed;
    room.add(this);
  }

  int capacity() {
    return room.capacity();
  }

  int free() {
    return room.free(this);
  }

  /// How many are filled or reserved.
  int used() {
    return used.get();
  }

  /// Takes so many, which [Room] has found to be free.
  void use(int slots) {
    used.addAndGet(slots);
  }

  /// From now on the signal is raised as soon as `slots` are free.
  void want(int slots) {
    wanted = slots;
    wake();
  }

  /// Reserves what is free, or this worker's part of it, for a claim that is about to be sent.
  ///
  /// @return how many that is
  int reserve() {
    return room.reserve(this);
  }

  /// Gives back room that a claim did not fill.
  void release(int slots) {
    used.addAndGet(-slots);
    room.freed();
  }

  /// Raises the signal when there is as much room as was wanted.
  void wake() {
    var enough = wanted;
    if (enough != NOBODY_WAITS && free() >= enough) {
      wanted = NOBODY_WAITS;
      freed.raise();
    }
  }

  /// Fills one reserved slot. For the claiming thread only.
  ///
  /// @throws IllegalStateException when nothing was reserved and there is no room
  void enter(Attempt attempt) {
    for (var tried = 0; tried < capacity(); tried++) {
      last = last + 1 < capacity() ? last + 1 : 0;
      if (slots.get(last) == null) {
        attempt.enter(last);
        slots.set(last, attempt);
        return;
      }
    }
    throw new IllegalStateException("all " + capacity() + " slots are taken; reserve one first");
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
    for (var slot = 0; slot < capacity(); slot++) {
      var attempt = slots.get(slot);
      if (attempt != null) {
        running.add(attempt);
      }
    }
    return running;
  }
}
