package io.reproq.worker;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;

/// Room for so many attempts at once, which the workers of one process may share: one for each
/// database, say. Safe for use by many threads.
///
/// Whoever runs nothing finds room for one attempt, whatever the others run; the rest is for who
/// comes first. So none is locked out by another's backlog, and none keeps room that it has no use
/// for.
public final class Room {
  private final int capacity;
  private final List<Slots> sharing = new CopyOnWriteArrayList<>();
  private final ReentrantLock reserving = new ReentrantLock();

  /// @throws IllegalArgumentException when below 1
  public Room(int capacity) {
    if (capacity < 1) {
      throw new IllegalArgumentException("concurrency must be at least 1, was " + capacity);
    }
    this.capacity = capacity;
  }

  public int capacity() {
    return capacity;
  }

  /// From now on `one` has a share.
  void add(Slots one) {
    sharing.add(one);
  }

  /// How many attempts `one` may begin now.
  int free(Slots one) {
    var free = capacity - one.used();
    for (var other : sharing) {
      if (other != one) {
        free -= Math.max(1, other.used());
      }
    }
    return Math.max(0, free);
  }

  /// Reserves for `one` its part of what is free, and says how much that is. All of it would keep
  /// the others waiting for an answer of its database.
  int reserve(Slots one) {
    reserving.lock();
    try {
      var part = Math.ceilDiv(free(one), sharing.size());
      one.use(part);
      return part;
    } finally {
      reserving.unlock();
    }
  }

  /// There is more room than before.
  void freed() {
    for (var one : sharing) {
      one.wake();
    }
  }
}
