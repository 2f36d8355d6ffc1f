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
  private final int sharers;
  private final List<Slots> sharing = new CopyOnWriteArrayList<>();
  private final ReentrantLock reserving = new ReentrantLock();

  /// Room for one worker.
  ///
  /// @throws IllegalArgumentException when below 1
  public Room(int capacity) {
    this(capacity, 1);
  }

  /// Room for several workers. A place is kept for each, also before it starts.
  ///
  /// @param sharers how many workers
  /// @throws IllegalArgumentException when there is not a place for each
  public Room(int capacity, int sharers) {
    if (capacity < Math.max(1, sharers)) {
      throw new IllegalArgumentException(
          "concurrency must be at least " + Math.max(1, sharers) + ", was " + capacity);
    }
    this.capacity = capacity;
    this.sharers = sharers;
  }

  public int capacity() {
    return capacity;
  }

  /// From now on `one` has a share.
  ///
  /// @throws IllegalStateException when all shares are taken
  void add(Slots one) {
    reserving.lock();
    try {
      if (sharing.size() == sharers) {
        throw new IllegalStateException("this room is for " + sharers + " workers, and has them");
      }
      sharing.add(one);
    } finally {
      reserving.unlock();
    }
  }

  /// How many attempts `one` may begin now.
  int free(Slots one) {
    // Of those that have not come yet, each may want its place.
    var free = capacity - one.used() - (sharers - sharing.size());
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
      var part = Math.ceilDiv(free(one), sharers);
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
