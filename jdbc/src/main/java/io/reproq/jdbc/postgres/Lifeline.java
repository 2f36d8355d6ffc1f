package io.reproq.jdbc.postgres;

import io.reproq.store.StoreException;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What tells others that this process lives: the locks of its workers, on two connections, so that
/// one may break. A thread notices a broken one, takes the locks again and counts a heartbeat, so
/// that nobody is judged for it. The first connection also listens for new work of others. Safe for
/// use by many threads.
final class Lifeline implements AutoCloseable {
  static final Logger LOG = LoggerFactory.getLogger(Lifeline.class);

  private static final int LISTENING_MILLIS = 100;
  private static final long PAUSE_NANOS = 100_000_000;
  private static final long PAUSE_AFTER_ERROR_NANOS = 250_000_000;

  private final Database database;
  private final Runnable onWork;
  // Fair: the thread that listens takes it again at once, and would leave it to nobody else.
  private final ReentrantLock lock = new ReentrantLock(true);
  private final Set<UUID> held = new LinkedHashSet<>();
  private @Nullable Cord first;
  private @Nullable Cord second;
  private boolean listens;
  private boolean hasListened;
  private @Nullable Thread thread;
  private volatile boolean closed;

  /// @param onWork called when another process told of new work
  Lifeline(Database database, Runnable onWork) {
    this.database = database;
    this.onWork = onWork;
  }

  /// Takes the lock of a worker.
  ///
  /// @return when the server was started that keeps it; null when that proves nothing
  /// @throws StoreException when there is no connection for it
  @Nullable OffsetDateTime take(UUID incarnation) {
    lock.lock();
    try {
      var one = firstCord();
      var two = secondCord();
      var started = one.hold(incarnation);
      var again = two.hold(incarnation);
      held.add(incarnation);
      start();
      return again == null ? null : started;
    } catch (SQLException e) {
      throw database.failure("take a worker's lock in", e);
    } finally {
      lock.unlock();
    }
  }

  /// Gives the lock of a worker up, if it is held here.
  void release(UUID incarnation) {
    lock.lock();
    try {
      if (held.remove(incarnation)) {
        for (var cord : new @Nullable Cord[] {first, second}) {
          if (cord != null) {
            cord.letGo(incarnation);
          }
        }
      }
    } catch (SQLException e) {
      LOG.debug("the lock of {} went with its connection", incarnation, e);
    } finally {
      lock.unlock();
    }
  }

  /// There is work that nobody told of, as who enqueues with plain SQL does not.
  void heard() {
    onWork.run();
  }

  /// Has others' work told from now on.
  void listen() {
    lock.lock();
    try {
      if (!listens) {
        listens = true;
        start();
        LockSupport.unpark(thread);
        if (first != null) {
          first.listen();
          hasListened = true;
        }
      }
    } catch (SQLException e) {
      LOG.debug("the first connection is lost; the next one listens", e);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    closed = true;
    var running = thread;
    if (running != null) {
      LockSupport.unpark(running);
      try {
        running.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    lock.lock();
    try {
      drop();
    } finally {
      lock.unlock();
    }
  }

  private void start() {
    if (thread == null && !closed) {
      thread = Thread.ofPlatform().name("reproq-postgres-lifeline").daemon().start(this::watch);
    }
  }

  private void watch() {
    var isWell = true;
    while (!closed) {
      try {
        if (look()) {
          onWork.run();
        }
        isWell = true;
      } catch (SQLException e) {
        if (isWell) {
          LOG.warn("lost the {}; trying on: {}", database.describe(), e.getMessage());
        }
        isWell = false;
        LockSupport.parkNanos(this, PAUSE_AFTER_ERROR_NANOS);
      } catch (RuntimeException e) {
        LOG.error("looking after the locks in the {} failed; going on", database.describe(), e);
        LockSupport.parkNanos(this, PAUSE_AFTER_ERROR_NANOS);
      }
    }
  }

  /// Listens for a while, mends what is broken, and says whether there is news.
  private boolean look() throws SQLException {
    var isTold = false;
    boolean isListening;
    lock.lock();
    try {
      isListening = listens;
      if (first != null) {
        isTold = hear(first, isListening ? LISTENING_MILLIS : 1);
      }
      if (second != null) {
        hear(second, 1);
      }
      if (isListening || !held.isEmpty()) {
        firstCord();
      }
      if (!held.isEmpty()) {
        secondCord();
      }
    } finally {
      lock.unlock();
    }
    if (!isListening) {
      LockSupport.parkNanos(this, PAUSE_NANOS);
    }
    return isTold;
  }

  private boolean hear(Cord cord, int millis) {
    try {
      return cord.hear(millis);
    } catch (SQLException e) {
      LOG.debug("a connection that holds locks was lost", e);
      cord.drop();
      if (cord == first) {
        first = null;
      } else {
        second = null;
      }
      return false;
    }
  }

  private Cord firstCord() throws SQLException {
    var known = first;
    if (known == null) {
      known = mended();
      if (listens) {
        known.listen();
        if (hasListened) {
          // Something may have come while the connection was lost.
          onWork.run();
        }
        hasListened = true;
      }
      first = known;
    }
    return known;
  }

  private Cord secondCord() throws SQLException {
    var known = second;
    if (known == null) {
      known = mended();
      second = known;
    }
    return known;
  }

  /// A new connection that holds all locks there are.
  private Cord mended() throws SQLException {
    var cord = new Cord(database.open());
    try {
      for (var incarnation : held) {
        cord.beatAgain(incarnation, cord.hold(incarnation));
      }
      return cord;
    } catch (SQLException e) {
      cord.drop();
      throw e;
    }
  }

  private void drop() {
    if (first != null) {
      first.drop();
      first = null;
    }
    if (second != null) {
      second.drop();
      second = null;
    }
  }
}
