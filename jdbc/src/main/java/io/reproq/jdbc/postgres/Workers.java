package io.reproq.jdbc.postgres;

import io.reproq.clock.TimeSource;
import io.reproq.jdbc.PreparedQuery;
import io.reproq.jdbc.Queries;
import io.reproq.jdbc.Query;
import io.reproq.store.DeathWatch;
import io.reproq.store.DeathWatch.Holder;
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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The book of workers: who joined, who lives, and what becomes of the dead ones' tasks. Safe for
/// use by many threads.
final class Workers {
  static final Queries SQL = Queries.of(Workers.class, "worker.sql");

  private static final Query NAME_WORKER = SQL.get("name_worker");
  private static final Query JOIN_WORKER = SQL.get("join_worker");
  private static final Query RENEW_WORKER = SQL.get("renew_worker");
  private static final Query MARK_DEAD = SQL.get("mark_dead");
  private static final Query SIGHTINGS = PostgresStore.READ.get("sightings");

  private final Runner runner;
  private final TimeSource time;
  private final Lifeline lifeline;
  private final @Nullable Outlook outlook;

  // What each observer has seen; they look at their own pace.
  private final ReentrantLock watching = new ReentrantLock();
  private final Map<UUID, DeathWatch> watches = new HashMap<>();

  /// @param outlook is told of deferred tasks, if it is there
  Workers(Runner runner, TimeSource time, Lifeline lifeline, @Nullable Outlook outlook) {
    this.runner = runner;
    this.time = time;
    this.lifeline = lifeline;
    this.outlook = outlook;
  }

  /// Takes the worker's lock, then enters it: a row without a lock would be dead on arrival.
  void join(WorkerInfo worker) {
    var serverStarted = lifeline.take(worker.incarnation());
    try {
      runner.runOnce(
          "join",
          transaction -> {
            transaction.begin();
            transaction
                .on(NAME_WORKER)
                .set("incarnation", worker.incarnation())
                .set("worker_id", Texts.safe(worker.workerId()))
                .update();
            return columns(transaction.onNow(JOIN_WORKER), worker)
                .set("lock_key", Cord.lockKey(worker.incarnation()))
                .set("server_started", serverStarted)
                .update();
          });
    } catch (StoreException e) {
      lifeline.release(worker.incarnation());
      throw e;
    }
  }

  private static PreparedQuery columns(PreparedQuery query, WorkerInfo worker) throws SQLException {
    return query
        .set("incarnation", worker.incarnation())
        .set("hostname", Texts.safe(worker.hostname()))
        .set("concurrency", worker.concurrency())
        .setArray("queues", "text", worker.queues().toArray())
        .setArray("handles", "text", worker.handles().stream().sorted().toArray())
        .set("lease", Times.micros(worker.lease()))
        .set("heartbeat", Times.micros(worker.heartbeat()))
        .set("version", Texts.safe(worker.version()));
  }

  /// Gives back what the worker holds and strikes it out.
  void leave(UUID incarnation) {
    runner.run("leave", new TakeBack(incarnation)::fromLeaving);
    lifeline.release(incarnation);
    watching.lock();
    try {
      watches.remove(incarnation);
    } finally {
      watching.unlock();
    }
  }

  /// Counts a heartbeat and says what the worker holds.
  RenewAnswer renew(UUID incarnation) {
    return runner.run(
        "renew a lease in",
        transaction -> {
          var rows =
              transaction
                  .onNow(RENEW_WORKER)
                  .set("incarnation", incarnation)
                  .list(row ->
                      new RenewAnswer.Held(
                          row.number("result_id"),
                          new ClaimId(incarnation, row.number("claim_number")),
                          row.integer("attempts")));
          var held = new HashSet<>(rows);
          // Attempts are numbered from 1: this is the row without a task.
          held.removeIf(task -> task.attempt() == 0);
          return rows.isEmpty() ? new RenewAnswer.Gone() : new RenewAnswer.Alive(held);
        });
  }

  /// Looks for dead workers and takes back what they held: marks and commits, moves and commits,
  /// and looks again before a worker is struck out.
  List<Reclaimed> reclaim(UUID observer) {
    var dead = new LinkedHashSet<UUID>();
    for (var sighting : judge(observer, dead)) {
      var isMarked =
          runner.run(
              "mark a dead worker in",
              transaction ->
                  transaction
                          .on(MARK_DEAD)
                          .set("incarnation", sighting.incarnation())
                          .set("beat", sighting.beat())
                          .update()
                      == 1);
      if (isMarked) {
        dead.add(sighting.incarnation());
      }
    }
    var reclaimed = new ArrayList<Reclaimed>();
    for (var incarnation : dead) {
      var takeBack = new TakeBack(incarnation);
      reclaimed.addAll(runner.run("reclaim tasks in", takeBack::fromDead));
      if (runner.run("strike a worker out of", takeBack::strikeOutDead)) {
        lifeline.release(incarnation);
      }
    }
    return reclaimed;
  }

  /// Those that this look finds dead; those that were marked before go to `marked`.
  private List<Sighting> judge(UUID observer, Set<UUID> marked) {
    watching.lock();
    try {
      var watch = watches.computeIfAbsent(observer, key -> new DeathWatch());
      try {
        var rows = look(observer);
        rows.stream().filter(Seen::isDead).forEach(seen -> marked.add(seen.sighting.incarnation()));
        var living = rows.stream().filter(seen -> !seen.isDead).map(Seen::sighting).toList();
        return watch.judge(living, time.nanoTime());
      } catch (StoreException e) {
        watch.forget();
        throw e;
      }
    } finally {
      watching.unlock();
    }
  }

  private List<Seen> look(UUID observer) {
    var before = outlook == null ? 0 : outlook.before();
    var rows =
        runner.run(
            "look at the workers of",
            transaction -> transaction.onNow(SIGHTINGS).set("observer", observer).list(Look::read));
    if (rows.getFirst().hasReady) {
      lifeline.heard();
    }
    if (outlook != null) {
      outlook.saw(rows.getFirst().sight(time.nanoTime()), before);
    }
    return rows.stream().map(Look::seen).filter(Objects::nonNull).toList();
  }

  private static Sighting sighting(PreparedQuery.Row row, UUID incarnation) throws SQLException {
    return new Sighting(
        incarnation,
        row.number("beat"),
        row.flag("lease_expired"),
        Times.span(row.number("lease")),
        Times.span(row.number("heartbeat")),
        Holder.valueOf(row.text("holder")));
  }

  /// @param seen null in the one row that there is when nobody else is entered
  private record Look(
      @Nullable Seen seen, @Nullable Long nextDue, boolean hasMess, boolean hasReady) {
    static Look read(PreparedQuery.Row row) throws SQLException {
      var incarnation = row.value("incarnation", UUID.class);
      var seen =
          incarnation == null ? null : new Seen(sighting(row, incarnation), row.flag("dead"));
      return new Look(
          seen, row.numberOrNull("next_due"), row.flag("has_mess"), row.flag("has_ready"));
    }

    Outlook.Sight sight(long nanoTime) {
      var wait = nextDue == null ? null : Times.span(Math.max(0, nextDue));
      return new Outlook.Sight(wait, hasMess, nanoTime);
    }
  }

  private record Seen(Sighting sighting, boolean isDead) {}
}
