package io.reproq.cli.log;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Logs again and again what memory this process takes, from a thread of its own.
public final class MemoryLog implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(MemoryLog.class);
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final int MEBIBYTE = 1 << 20;
  private static final int KIB_PER_MIB = 1024;

  private final CountDownLatch closed = new CountDownLatch(1);

  private MemoryLog() {}

  /// Begins to log every `interval`; never, when that is zero.
  public static MemoryLog every(Duration interval) {
    var memory = new MemoryLog();
    if (interval.isPositive()) {
      Thread.ofPlatform().daemon().name("reproq-memory").start(() -> memory.run(interval));
    }
    return memory;
  }

  @Override
  public void close() {
    closed.countDown();
  }

  private void run(Duration interval) {
    try {
      while (!closed.await(interval.toNanos(), TimeUnit.NANOSECONDS)) {
        write();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void write() {
    var heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
    log.atInfo()
        .addKeyValue("heap_used_mb", heap.getUsed() / MEBIBYTE)
        .addKeyValue("heap_committed_mb", heap.getCommitted() / MEBIBYTE)
        .addKeyValue("heap_max_mb", heap.getMax() / MEBIBYTE)
        .addKeyValue("rss_mb", rss())
        .addKeyValue("threads", ManagementFactory.getThreadMXBean().getThreadCount())
        .log("memory");
  }

  /// What the system holds in memory for this process, in MiB; -1 where it does not say.
  private static long rss() {
    try (var lines = Files.lines(STATUS)) {
      return lines
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / KIB_PER_MIB)
          .findFirst()
          .orElse(-1);
    } catch (IOException e) {
      return -1;
    }
  }
}
