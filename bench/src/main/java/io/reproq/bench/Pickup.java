package io.reproq.bench;

import io.reproq.Reproq;
import io.reproq.TaskType;
import io.reproq.clock.TimeSource;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;

/// How long a task that meets an idle worker waits: from the call of enqueue to the first line of
/// its handler. One task at a time.
///
/// The payload is the reading of the monotonic clock before the call. On Linux all processes of a
/// machine read the same one.
final class Pickup {
  static final TaskType<Long, Long> STAMP = TaskType.of("bench.stamp", Long.class, Long.class);

  /// Long enough for every loop to be waiting again.
  private static final Duration REST = Duration.ofMillis(3);

  /// So much longer at most, drawn for each task: in step with somebody's polling, all would wait
  /// equally long.
  private static final Duration ODD = Duration.ofMillis(20);

  private final Duration rest;
  private final Duration odd;
  private final TimeSource time = TimeSource.system();
  private final Random random = new Random(1);
  private final LinkedBlockingQueue<Long> waits = new LinkedBlockingQueue<>();

  private Pickup(Duration rest, Duration odd) {
    this.rest = rest;
    this.odd = odd;
  }

  /// At the rate that `options` ask for, or as it is without one.
  static Pickup at(Options options) {
    if (!options.numbers().containsKey(Setting.RATE)) {
      return new Pickup(REST, ODD);
    }
    var gap = Duration.ofSeconds(1).dividedBy(options.get(Setting.RATE));
    return new Pickup(gap.dividedBy(2), gap);
  }

  /// A worker of ours on `dsn`, fed by `feeder`.
  static Map<String, Double> ours(String dsn, Options options, Feeding feeding)
      throws IOException, InterruptedException {
    var pickup = at(options);
    try (var reproq = Reproq.builder().dsn(dsn).concurrency(options.concurrency()).open()) {
      reproq.handle(
          STAMP,
          (context, sent) -> {
            pickup.arrived(sent);
            return sent;
          });
      reproq.start();
      try (var feeder = feeding.on(reproq)) {
        return pickup.measure(options.tasks(), feeder::feed);
      }
    }
  }

  /// The bare mechanism: a queue, a platform thread that waits on it, and a virtual thread for each
  /// task.
  static Map<String, Double> bare(Options options) throws InterruptedException {
    var pickup = at(options);
    var queue = new LinkedBlockingQueue<Long>();
    var worker =
        Thread.ofPlatform()
            .daemon()
            .start(() -> {
              try {
                for (var sent = queue.take(); sent >= 0; sent = queue.take()) {
                  var stamp = sent;
                  Thread.startVirtualThread(() -> pickup.arrived(stamp));
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    try {
      return pickup.measure(options.tasks(), queue::add);
    } finally {
      worker.interrupt();
    }
  }

  /// A task that was sent at `sent` has begun.
  void arrived(long sent) {
    waits.add(time.nanoTime() - sent);
  }

  /// Feeds so many tasks, each after the one before has arrived.
  Map<String, Double> measure(int tasks, LongConsumer feed) throws InterruptedException {
    var taken = new ArrayList<Double>(tasks);
    for (var i = 0; i < tasks; i++) {
      LockSupport.parkNanos(rest.toNanos() + random.nextLong(odd.toNanos()));
      feed.accept(time.nanoTime());
      var wait = waits.poll(30, TimeUnit.SECONDS);
      if (wait == null) {
        throw new IllegalStateException("a task was not picked up within 30 s");
      }
      taken.add(wait / 1e6);
    }
    var values = new Series(taken).quantiles("pick-up");
    values.put("samples", (double) taken.size());
    return values;
  }

  /// Makes what enqueues.
  @FunctionalInterface
  interface Feeding {
    Feeder on(Reproq reproq) throws IOException;
  }

  /// Enqueues one task with that payload. From another process it takes the payload itself, as late
  /// as it can.
  @FunctionalInterface
  interface Feeder extends AutoCloseable {
    void feed(long sent);

    @Override
    default void close() throws IOException {}
  }
}
