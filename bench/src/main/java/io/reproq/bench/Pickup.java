package io.reproq.bench;

import io.reproq.Reproq;
import io.reproq.TaskType;
import io.reproq.clock.TimeSource;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
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

  private final TimeSource time = TimeSource.system();
  private final Random random = new Random(1);
  private final LinkedBlockingQueue<Long> waits = new LinkedBlockingQueue<>();

  /// A worker of ours on `dsn`, fed by `feeder`.
  static Map<String, Double> ours(String dsn, Options options, Feeding feeding)
      throws IOException, InterruptedException {
    var pickup = new Pickup();
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
    var pickup = new Pickup();
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

  private void arrived(long sent) {
    waits.add(time.nanoTime() - sent);
  }

  private Map<String, Double> measure(int tasks, LongConsumer feed) throws InterruptedException {
    var taken = new ArrayList<Double>(tasks);
    for (var i = 0; i < tasks; i++) {
      LockSupport.parkNanos(REST.toNanos() + random.nextLong(ODD.toNanos()));
      feed.accept(time.nanoTime());
      var wait = waits.poll(30, TimeUnit.SECONDS);
      if (wait == null) {
        throw new IllegalStateException("a task was not picked up within 30 s");
      }
      taken.add(wait / 1e6);
    }
    var series = new Series(taken);
    var quantiles = new LinkedHashMap<String, Double>();
    quantiles.put("p50 ms", series.median());
    quantiles.put("p99 ms", series.quantile(0.99));
    return quantiles;
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
