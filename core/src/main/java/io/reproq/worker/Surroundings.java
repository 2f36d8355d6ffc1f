package io.reproq.worker;

import io.reproq.clock.TimeSource;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// What an engine needs from outside, so that all of it can be replaced by something a test
/// commands.
///
/// @param time both clocks
/// @param random the jitter of retries
/// @param threads starts the thread of an attempt
/// @param room shared with other engines; null for room of its own
public record Surroundings(
    TimeSource time, RandomGenerator random, Executor threads, @Nullable Room room) {
  /// For an engine with room of its own.
  public Surroundings(TimeSource time, RandomGenerator random, Executor threads) {
    this(time, random, threads, null);
  }

  /// The machine's clocks and chance, and a virtual thread per attempt.
  public static Surroundings real() {
    var threads = Thread.ofVirtual().name("reproq-attempt").factory();
    return new Surroundings(
        TimeSource.system(),
        () -> ThreadLocalRandom.current().nextLong(),
        attempt -> threads.newThread(attempt).start());
  }

  /// The same, with time from `source`.
  public Surroundings withTime(TimeSource source) {
    return new Surroundings(source, random, threads, room);
  }

  /// The same, sharing `other` with whoever else has it.
  public Surroundings withRoom(Room other) {
    return new Surroundings(time, random, threads, other);
  }

  /// The shared room, else one for `concurrency` attempts.
  Room roomOr(int concurrency) {
    return room == null ? new Room(concurrency) : room;
  }
}
