package io.reproq.jdbc.sqlite;

import io.reproq.clock.TimeSource;
import io.reproq.jdbc.Query;
import io.reproq.store.DeathWatch;
import io.reproq.store.DeathWatch.Sighting;
import io.reproq.store.Reclaimed;
import io.reproq.store.RenewAnswer;
import io.reproq.store.StoreException;
import io.reproq.store.Texts;
import io.reproq.store.WorkerInfo;
import io.reproq.task.ClaimId;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;

/// The book of workers: who joined, who lives, and what becomes of the dead ones' tasks. Safe for
/// use by many threads.
final class Workers implements AutoCloseable {
  private static final Query JOIN_WORKER = SqliteStore.SQL.get("join_worker");
  private static final Query RENEW_WORKER = SqliteStore.SQL.get("renew_worker");
  private static final Query CLAIMS_OF = SqliteStore.SQL.get("claims_of");
  private static final Query MARK_DEAD = SqliteStore.SQL.get("mark_dead");
  private static final Query DEAD_WORKERS = SqliteStore.SQL.get("dead_workers");
  private static final Query SIGHTINGS = SqliteStore.READ.get("sightings");

  private final Writer writer;
  private final Readers readers;
  private final TimeSource time;
  private final HolderLocks locks;

  // What each observer has seen; they look at their own pace.
  private final ReentrantLock watching = new ReentrantLock();
  private final Map<UUID, DeathWatch> watches = new HashMap<>();

  Workers(Writer writer, Readers readers, TimeSource time, HolderLocks locks) {
    this.writer = writer;
    this.readers = readers;
    this.time = time;
    this.locks = locks;
  }

  /// Takes the worker's lock, then enters it: a row without a lock would be dead on arrival. One
  /// that is there already, because the answer to its first join was lost, stays as it is.
  void join(WorkerInfo worker) {
    var isNew = locks.take(worker.incarnation());
    try {
      writer.write("join", transaction -> enter(transaction, worker));
    } catch (StoreException e) {
      if (isNew) {
        locks.release(worker.incarnation());
      }
      throw e;
    }
  }

  private static int enter(Transaction transaction, WorkerInfo worker) throws SQLException {
    return transaction
        .on(JOIN_WORKER)
        .set("incarnation", Values.bytes(worker.incarnation()))
        .set("worker_id", Texts.safe(worker.workerId()))
        .set("hostname", Texts.safe(worker.hostname()))
        .set("concurrency", worker.concurrency())
        .set("queues", Values.texts(worker.queues()))
        .set("handles", Values.texts(worker.handles().stream().sorted().toList()))
        .set("lease", Micros.of(worker.lease()))
        .set("heartbeat", Micros.of(worker.heartbeat()))
        .set("version", Texts.safe(worker.version()))
        .set("process", HolderLocks.process())
        .set("now", transaction.micros())
        .set("leased_until", Micros.after(transaction.now(), worker.lease()))
        .update();
  }

  /// Gives back what the worker holds and strikes it out.
  void leave(UUID incarnation) {
    writer.write(
        "leave",
        transaction -> {
          new TakeBack(transaction).fromLeaving(incarnation);
          return true;
        });
    locks.release(incarnation);
    watching.lock();
    try {
      watches.remove(incarnation);
    } finally {
      watching.unlock();
    }
  }

  /// Counts a heartbeat and says what the worker holds.
  RenewAnswer renew(UUID incarnation) {
    return writer.write(
        "renew a lease in",
        transaction -> {
          var isAlive =
              transaction
                      .on(RENEW_WORKER)
                      .set("now", transaction.micros())
                      .set("incarnation", Values.bytes(incarnation))
                      .update()
                  == 1;
          if (!isAlive) {
            return new RenewAnswer.Gone();
          }
          var held =
              transaction
                  .on(CLAIMS_OF)
                  .set("incarnation", Values.bytes(incarnation))
                  .list(row ->
                      new RenewAnswer.Held(
                          row.number("result_id"),
                          new ClaimId(incarnation, row.number("claim_number")),
                          row.integer("attempts")));
          return new RenewAnswer.Alive(new HashSet<>(held));
        });
  }

  /// Looks for dead workers and takes back what they held.
  List<Reclaimed> reclaim(UUID observer) {
    var dead = judge(observer);
    if (dead.isEmpty()) {
      return List.of();
    }
    var struckOut = new ArrayList<UUID>();
    var reclaimed =
        writer.write("reclaim tasks in", transaction -> takeBack(transaction, dead, struckOut));
    struckOut.forEach(locks::remove);
    return reclaimed;
  }

  private static List<Reclaimed> takeBack(
      Transaction transaction, List<Sighting> dead, List<UUID> struckOut) throws SQLException {
    for (var sighting : dead) {
      transaction
          .on(MARK_DEAD)
          .set("incarnation", Values.bytes(sighting.incarnation()))
          .set("beat", sighting.beat())
          .update();
    }
    var marked =
        transaction
            .on(DEAD_WORKERS)
            .list(row -> Map.entry(Values.uuid(row.bytes("incarnation")), row.text("worker_id")));
    var reclaimed = new ArrayList<Reclaimed>();
    for (var worker : marked) {
      reclaimed.addAll(new TakeBack(transaction).fromDead(worker.getKey(), worker.getValue()));
      struckOut.add(worker.getKey());
    }
    return reclaimed;
  }

  private List<Sighting> judge(UUID observer) {
    watching.lock();
    try {
      var watch = watches.computeIfAbsent(observer, key -> new DeathWatch());
      try {
        return watch.judge(look(observer), time.nanoTime());
      } catch (StoreException e) {
        watch.forget();
        throw e;
      }
    } finally {
      watching.unlock();
    }
  }

  private List<Sighting> look(UUID observer) {
    var now = Micros.of(time.now());
    var rows =
        readers.read(
            "look at the workers of",
            source ->
                source
                    .on(SIGHTINGS)
                    .list(row ->
                        new WorkerSighting(
                            Values.uuid(row.bytes("incarnation")),
                            row.number("beat"),
                            row.number("leased_until") <= now,
                            row.number("lease"),
                            row.number("heartbeat"),
                            row.text("process"))));
    return rows.stream()
        .filter(row -> !row.incarnation.equals(observer))
        .map(row -> row.held(locks))
        .toList();
  }

  /// Releases the locks of the workers that did not leave.
  @Override
  public void close() {
    locks.close();
  }

  private record WorkerSighting(
      UUID incarnation,
      long beat,
      boolean leaseExpired,
      long lease,
      long heartbeat,
      String process) {
    Sighting held(HolderLocks locks) {
      return new Sighting(
          incarnation,
          beat,
          leaseExpired,
          Micros.span(lease),
          Micros.span(heartbeat),
          locks.look(incarnation, process));
    }
  }
}
