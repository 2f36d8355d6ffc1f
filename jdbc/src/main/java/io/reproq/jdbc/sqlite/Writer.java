package io.reproq.jdbc.sqlite;

import io.reproq.clock.TimeSource;
import io.reproq.jdbc.Query;
import io.reproq.jdbc.Session;
import io.reproq.store.StoreException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one thread of this process that writes to a database. Verbs queue up for it; it commits as
/// many as wait in one transaction. Safe for use by many threads.
///
/// ## Failing
///
/// A verb that fails is undone to its savepoint and fails alone. When the transaction itself fails
/// (no lock, no disk), every verb of the group fails with it, and nothing of them was done.
final class Writer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Writer.class);

  private static final Query FOR_WRITING = SqliteFile.SQL.get("for_writing");
  private static final Query BEGIN = SqliteFile.SQL.get("begin_write");
  private static final Query COMMIT = SqliteFile.SQL.get("commit");
  private static final Query ROLLBACK = SqliteFile.SQL.get("rollback");
  private static final Query MARK = SqliteFile.SQL.get("mark");
  private static final Query KEEP = SqliteFile.SQL.get("keep");
  private static final Query UNDO = SqliteFile.SQL.get("undo");

  /// Small enough that others, who wait at the file's lock, get their turn.
  private static final int LARGEST_GROUP = 32;

  /// How long others may keep the file's lock.
  static final Duration PATIENCE = Duration.ofSeconds(8);

  private static final Duration LONGEST_CLOSE = Duration.ofSeconds(20);
  private static final long SHORTEST_PAUSE_NANOS = 50_000;
  private static final long LONGEST_PAUSE_NANOS = 1_000_000;

  private final SqliteFile file;
  private final TimeSource time;
  private final Runnable onWork;
  private final Duration patience;
  private final Session session;
  private final BlockingQueue<Job<?>> queue = new LinkedBlockingQueue<>();
  private final ReentrantLock gate = new ReentrantLock();
  private final Thread thread;
  private boolean closed;

  /// Starts the thread.
  ///
  /// @param time the store's clock
  /// @param onWork called after a commit that may have brought work
  /// @param patience how long others may keep the file's lock
  Writer(SqliteFile file, TimeSource time, Runnable onWork, Duration patience) throws SQLException {
    this.file = file;
    this.time = time;
    this.onWork = onWork;
    this.patience = patience;
    this.session = file.session(FOR_WRITING);
    this.thread = Thread.ofPlatform().name("reproq-sqlite-writer").daemon().unstarted(this::loop);
    thread.start();
  }

  /// Runs `verb` and returns its answer once it is on disk.
  ///
  /// @param what the thing to do, as in "could not claim from"
  /// @throws StoreException when it could not be done; then nothing of it was
  <T extends @Nullable Object> T write(String what, Transaction.Verb<T> verb) {
    var job = new Job<>(what, verb);
    gate.lock();
    try {
      if (closed) {
        throw closedNow();
      }
      queue.add(job);
    } finally {
      gate.unlock();
    }
    return job.await();
  }

  /// How many verbs wait for their turn.
  int queued() {
    return queue.size();
  }

  /// Does what waits, and ends the thread.
  @Override
  public void close() {
    gate.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      queue.add(Job.last());
    } finally {
      gate.unlock();
    }
    try {
      if (!thread.join(LONGEST_CLOSE)) {
        LOG.warn("the writer of {} still works after {}", file.describe(), LONGEST_CLOSE);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private StoreException closedNow() {
    return new StoreException("the " + file.describe() + " is closed", false, null);
  }

  private void loop() {
    var group = new ArrayList<Job<?>>();
    var goesOn = true;
    while (goesOn) {
      try {
        group.add(queue.take());
        queue.drainTo(group, LARGEST_GROUP - 1);
        goesOn = !group.removeIf(Job::isLast);
        run(group);
      } catch (InterruptedException e) {
        // Nobody has the right to: verbs wait for this thread until it is closed.
        LOG.warn("somebody interrupted the writer of {}; it goes on", file.describe());
      } catch (RuntimeException | Error e) {
        LOG.error("the writer of {} failed", file.describe(), e);
        group.forEach(job -> job.fail(e));
      }
      group.clear();
    }
    try {
      session.close();
    } catch (SQLException e) {
      LOG.warn("could not close the {}", file.describe(), e);
    }
  }

  private void run(List<Job<?>> group) {
    if (group.isEmpty()) {
      return;
    }
    try {
      begin();
      try {
        for (var job : group) {
          attempt(job, group.size() > 1);
        }
        session.on(COMMIT).update();
      } catch (SQLException | RuntimeException | Error e) {
        rollBack(e);
        throw e;
      }
    } catch (SQLException e) {
      group.forEach(job -> job.fail(file.failure(job.what(), e)));
      return;
    } catch (LoneFailure e) {
      group.forEach(Job::answer);
      return;
    }
    var bringsWork = false;
    for (var job : group) {
      bringsWork |= job.bringsWork();
      job.answer();
    }
    if (bringsWork) {
      onWork.run();
    }
  }

  /// Runs one verb so that its failure is its own, as long as the transaction stands.
  private void attempt(Job<?> job, boolean hasCompany) throws SQLException {
    if (hasCompany) {
      session.on(MARK).update();
    }
    try {
      job.run(new Transaction(session, time.now()));
    } catch (SQLException | RuntimeException e) {
      job.failed(e instanceof SQLException sql ? file.failure(job.what(), sql) : e);
      if (!hasCompany) {
        throw new LoneFailure(e);
      }
      session.on(UNDO).update();
    }
    if (hasCompany) {
      session.on(KEEP).update();
    }
  }

  /// Begins a transaction. The lock goes to whoever asks first after it is free, so this asks
  /// often.
  private void begin() throws SQLException {
    var clock = TimeSource.system();
    var end = clock.nanoTime() + patience.toNanos();
    var pause = SHORTEST_PAUSE_NANOS;
    while (true) {
      try {
        session.on(BEGIN).update();
        return;
      } catch (SQLException e) {
        if (!SqliteErrors.isBusy(e) || clock.nanoTime() - end > 0) {
          throw e;
        }
      }
      LockSupport.parkNanos(pause);
      pause = Math.min(pause * 2, LONGEST_PAUSE_NANOS);
    }
  }

  private void rollBack(Throwable cause) {
    try {
      session.on(ROLLBACK).update();
    } catch (SQLException e) {
      // SQLite has rolled back by itself where it could not go on.
      cause.addSuppressed(e);
    }
  }

  /// The only verb of a transaction failed, so the transaction is rolled back.
  private static final class LoneFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    LoneFailure(Throwable cause) {
      super(null, cause, false, false);
    }
  }
}
