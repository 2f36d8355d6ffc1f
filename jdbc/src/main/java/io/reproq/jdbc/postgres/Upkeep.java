package io.reproq.jdbc.postgres;

import io.reproq.clock.TimeSource;
import io.reproq.jdbc.Queries;
import io.reproq.jdbc.Query;
import io.reproq.store.StoreException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a database needs now and then: counters put together, partitions ahead of the ids, and a
/// sweep for what slipped through. Every process does it, and needs no other's help. Safe for use
/// by many threads.
final class Upkeep {
  private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);

  static final Queries SQL = Queries.of(Upkeep.class, "upkeep.sql");

  private static final Query STRAY_REQUESTS = SQL.get("stray_requests");
  private static final Query SWEEP_MARKS = SQL.get("sweep_marks");
  private static final Query VACUUM = SQL.get("vacuum");
  private static final Query ADD_PARTITIONS = SQL.get("add_partitions");

  /// After so many verbs that count, the counters are worth putting together.
  private static final int MANY_CHANGES = 500;

  /// After so many tasks have left a place, it is worth cleaning.
  private static final int MANY_MOVES = 50_000;

  private static final Duration RARELY_ENOUGH = Duration.ofSeconds(2);
  private static final Duration OFTEN = Duration.ofSeconds(10);
  private static final Duration SELDOM = Duration.ofMinutes(1);

  private final Runner runner;
  private final TimeSource time;
  private final LongAdder changes = new LongAdder();
  private final LongAdder moves = new LongAdder();
  private final ReentrantLock lock = new ReentrantLock();
  private long cleanedAt;
  private long sweptAt;
  private long grownAt;
  private long lastMark = Long.MIN_VALUE;

  Upkeep(Runner runner, TimeSource time) {
    this.runner = runner;
    this.time = time;
    this.cleanedAt = time.nanoTime();
    this.sweptAt = time.nanoTime();
    this.grownAt = time.nanoTime();
  }

  /// Tasks have left a place.
  void moved(int tasks) {
    moves.add(tasks);
  }

  /// A verb has added to the counters.
  void counted() {
    changes.increment();
  }

  /// Does what is due. Called about every second; of several calls at once one does it.
  void look() {
    if (lock.tryLock()) {
      try {
        if (changes.sum() > MANY_CHANGES
            && !runner.run("put the counters together in", Counters::fold)) {
          changes.reset();
        }
        if (moves.sum() > MANY_MOVES && isOver(cleanedAt, RARELY_ENOUGH)) {
          moves.reset();
          clean();
          cleanedAt = time.nanoTime();
        }
        if (isOver(sweptAt, OFTEN)) {
          sweptAt = time.nanoTime();
          sweepRequests();
        }
        if (isOver(grownAt, SELDOM)) {
          grownAt = time.nanoTime();
          lastMark = runner.run("sweep the marks of", this::sweepMarks);
          // What plain SQL and other programs have added is not counted here.
          changes.add(MANY_CHANGES + 1L);
          addPartitions();
        }
      } finally {
        lock.unlock();
      }
    }
  }

  private boolean isOver(long since, Duration span) {
    return time.nanoTime() - since >= span.toNanos();
  }

  private void clean() {
    try {
      runner.run("clean", transaction -> transaction.on(VACUUM).update());
    } catch (StoreException e) {
      // The server does it too, later.
      LOG.debug("could not clean the tables that change most", e);
    }
  }

  /// Cancels again what somebody wants stopped and nobody runs.
  private void sweepRequests() {
    var stray =
        runner.run(
            "look for cancel requests in",
            transaction -> transaction.on(STRAY_REQUESTS).list(row -> row.number("result_id")));
    if (!stray.isEmpty()) {
      runner.run("cancel tasks in", new Cancel(stray));
    }
  }

  /// Takes the marks of finished tasks away, a slice at a time, and returns where the next begins.
  private long sweepMarks(Transaction transaction) throws SQLException {
    var last = transaction.on(SWEEP_MARKS).set("after_id", lastMark).number("last_id");
    return last == null ? Long.MIN_VALUE : last;
  }

  private void addPartitions() {
    try {
      var made =
          runner.run(
              "add partitions to",
              transaction -> {
                transaction.beginChange();
                var number = transaction.on(ADD_PARTITIONS).number("made");
                return number == null ? 0 : number;
              });
      if (made > 0) {
        LOG.info("made {} partitions for the ids that come next", made);
      }
    } catch (StoreException e) {
      // There is room for a long time yet, and a net below it.
      LOG.warn("no new partitions for now: {}", e.getMessage());
    }
  }
}
