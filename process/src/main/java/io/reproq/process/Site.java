package io.reproq.process;

import io.reproq.worker.TaskExecutor.Lease;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What all children of one worker share: a folder that nobody else may enter, the socket in it,
/// and the warden, which is told each second that the worker holds its lease.
final class Site implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Site.class);

  /// Children are gone so long before others may take over what they work on.
  private static final Duration BEFORE_OTHERS = Duration.ofSeconds(3);

  private static final int SECONDS_BETWEEN_REPORTS = 60;

  private final Path folder;
  private final Warden warden;
  private final ControlSocket control;
  private final ExecutorMetrics metrics;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Lease lease;

  private Site(Path folder, Lease lease, ExecutorMetrics metrics) throws IOException {
    this.folder = folder;
    this.lease = lease;
    this.metrics = metrics;
    this.control = new ControlSocket(folder);
    this.warden = new Warden(folder, lease.lasts().minus(BEFORE_OTHERS));
    Thread.ofPlatform().daemon().name("reproq-stamp").start(this::stamp);
  }

  /// Prepares one.
  ///
  /// @throws IllegalStateException when that is not possible here, saying why
  static Site open(Lease lease, ExecutorMetrics metrics) {
    try {
      return new Site(Files.createTempDirectory("reproq-"), lease, metrics);
    } catch (IOException e) {
      throw new IllegalStateException("cannot prepare a place for children: " + e.getMessage(), e);
    }
  }

  Path folder() {
    return folder;
  }

  Warden warden() {
    return warden;
  }

  ControlSocket control() {
    return control;
  }

  ExecutorMetrics metrics() {
    return metrics;
  }

  /// Ends all children that are left, and removes the folder.
  @Override
  public void close() {
    if (closed.getCount() > 0) {
      closed.countDown();
      control.close();
      warden.close();
      log.info("children: {}", metrics.snapshot());
    }
  }

  /// A worker has no lease before it enters its store, and starts its executor before that.
  private void stamp() {
    var wasSure = false;
    var reported = metrics.snapshot();
    try {
      for (var second = 1; !closed.await(1, TimeUnit.SECONDS); second++) {
        var isSure = lease.isSure().getAsBoolean();
        wasSure |= isSure;
        warden.stamp(isSure || !wasSure);
        if (second % SECONDS_BETWEEN_REPORTS == 0 && !reported.equals(metrics.snapshot())) {
          reported = metrics.snapshot();
          log.info("children: {}", reported);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
