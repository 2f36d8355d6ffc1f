package io.reproq.process;

import io.reproq.clock.TimeSource;
import io.reproq.process.ExecutorMetrics.Count;
import io.reproq.process.ForkServer.Hello;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps one fork server at work: starts another when it dies, grows too large, or has loaded files
/// that changed. Safe for use by many threads.
///
/// A server that is replaced while it lives goes on until the other is ready, and then until its
/// children are gone.
final class ForkServers implements ForkServer.Listener, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ForkServers.class);
  private static final Duration START = Duration.ofSeconds(60);
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
  private static final long KB_PER_MB = 1024;

  private final Site site;
  private final ExecutorConfig config;
  private final Runnable onReplaced;
  private final TimeSource time = TimeSource.system();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private @Nullable ForkServer current;
  private boolean starting;
  private String trouble = "it has not started yet";

  /// @param onReplaced called when another server is at work: children of the last are to be let go
  ForkServers(Site site, ExecutorConfig config, Runnable onReplaced) {
    this.site = site;
    this.config = config;
    this.onReplaced = onReplaced;
  }

  /// Starts the first one.
  ///
  /// @return what it said; only after [Hello.Ready] it is at work
  Hello start() {
    var server = launch();
    if (server == null) {
      return new Hello.Broken(trouble);
    }
    var hello = server.awaitHello(START);
    if (hello instanceof Hello.Ready) {
      install(server, hello);
    } else {
      server.close();
    }
    return hello;
  }

  /// A child of the server that is at work, not ready yet. Waits a while for a server.
  ///
  /// @throws IOException when there is none
  ForkedChild fork() throws IOException, InterruptedException {
    lock.lockInterruptibly();
    try {
      var left = PATIENCE.toNanos();
      while (current == null) {
        if (left <= 0 || closed.getCount() == 0) {
          throw new IOException("no fork server: " + trouble);
        }
        left = changed.awaitNanos(left);
      }
      return current.fork();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void gone(ForkServer server) {
    lock.lock();
    try {
      if (current != server) {
        return;
      }
      current = null;
      trouble = "it died";
    } finally {
      lock.unlock();
    }
    if (closed.getCount() > 0) {
      var lived = Duration.ofNanos(time.nanoTime() - server.startedNanos());
      log.warn("fork server: it died after {}s; another one is started", lived.toSeconds());
      replace(lived.compareTo(LONGEST_PAUSE) < 0 ? FIRST_PAUSE : Duration.ZERO);
    }
  }

  @Override
  public void grew(ForkServer server, long rssKb) {
    var limitKb = config.reuse().forkServerMemoryMb() * KB_PER_MB;
    // Another one would not help who needs more than that from the start.
    if (rssKb > limitKb && server.firstRssKb() <= limitKb && isCurrent(server)) {
      log.info("fork server: it has grown to {} MiB and is replaced", rssKb / KB_PER_MB);
      replace(Duration.ZERO);
    }
  }

  @Override
  public void changed(ForkServer server, String file) {
    if (isCurrent(server)) {
      log.info("fork server: {} has changed; another one is started", file);
      replace(Duration.ZERO);
    }
  }

  /// Ends the one at work. Those that are replaced end with their last child, or with the site.
  @Override
  public void close() {
    ForkServer last;
    lock.lock();
    try {
      closed.countDown();
      last = current;
      current = null;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    if (last != null) {
      last.close();
    }
  }

  /// The server at work, for tests.
  @Nullable ForkServer current() {
    lock.lock();
    try {
      return current;
    } finally {
      lock.unlock();
    }
  }

  private boolean isCurrent(ForkServer server) {
    return server.equals(current());
  }

  /// @param pause before the first try: one that dies again and again must not be all that is done
  private void replace(Duration pause) {
    lock.lock();
    try {
      if (starting) {
        return;
      }
      starting = true;
    } finally {
      lock.unlock();
    }
    Thread.ofVirtual().name("reproq-fork-server").start(() -> keepStarting(pause));
  }

  private void keepStarting(Duration first) {
    try {
      var pause = first;
      do {
        if (closed.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
          return;
        }
        pause = longer(pause);
      } while (!startAnother());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.lock();
      try {
        starting = false;
      } finally {
        lock.unlock();
      }
    }
  }

  private static Duration longer(Duration pause) {
    var next = pause.isZero() ? FIRST_PAUSE : pause.multipliedBy(2);
    return next.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : next;
  }

  private boolean startAnother() {
    var server = launch();
    if (server == null) {
      return false;
    }
    var hello = server.awaitHello(START);
    if (hello instanceof Hello.Ready) {
      site.metrics().count(Count.SERVER_RESTARTED);
      install(server, hello);
      return true;
    }
    server.close();
    log.error("fork server: it cannot start: {}", hello);
    note(hello.toString());
    return false;
  }

  private @Nullable ForkServer launch() {
    try {
      return ForkServer.launch(site, config, this);
    } catch (IOException e) {
      log.error("fork server: cannot start {}: {}", config.command().python(), e.getMessage());
      note("cannot start " + config.command().python() + ": " + e.getMessage());
      return null;
    }
  }

  private void install(ForkServer server, Hello hello) {
    log.info("fork server: process {} is ready: {}", server.pid(), hello);
    ForkServer last;
    lock.lock();
    try {
      last = current;
      current = closed.getCount() > 0 ? server : null;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    if (closed.getCount() == 0) {
      server.close();
    }
    if (last != null) {
      last.retire();
      onReplaced.run();
    }
  }

  private void note(String what) {
    lock.lock();
    try {
      trouble = what;
    } finally {
      lock.unlock();
    }
  }
}
