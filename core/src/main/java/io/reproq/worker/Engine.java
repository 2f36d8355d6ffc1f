package io.reproq.worker;

import io.reproq.store.Promoted;
import io.reproq.store.Reclaimed;
import io.reproq.store.TaskStore;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One worker, as single steps. It has no thread of its own and never waits: [Worker] takes its
/// steps in loops, a test takes them one by one.
///
/// ## The way of a task
///
/// [#claim] takes it from the store into a slot and starts its handler; the handler's thread offers
/// the outcome; [#settle] writes it. Beside that, [#note] writes what attempts tell meanwhile,
/// [#beat] keeps the lease, [#stopOverdue] and [#stopCancelled] end attempts that must end,
/// [#promote] and [#reclaim] are chores that every worker does for all.
///
/// Each step may be taken by one thread at a time; different steps by different threads at once.
public final class Engine {
  private static final Logger log = LoggerFactory.getLogger(Engine.class);
  private static final int PROMOTE_BATCH = 1000;

  private final TaskStore store;
  private final Slots slots;
  private final Signal work = new Signal();
  private final Membership membership;
  private final Claimer claimer;
  private final Runner runner;
  private final NoteWriter notes;
  private final Settler settler;
  private final Heart heart;
  private final Watch watch;

  /// A worker that has not entered the store yet.
  ///
  /// @param listeners hear of its attempts, in their order
  public Engine(
      TaskStore store,
      WorkerConfig config,
      Handlers handlers,
      List<AttemptListener> listeners,
      Surroundings surroundings) {
    this.store = store;
    var claims = new Claims();
    slots = new Slots(surroundings.roomOr(config.concurrency()), work);
    membership = new Membership(store, config, handlers.paths(), surroundings.time());
    notes = new NoteWriter(store, slots);
    var heard = new GuardedListener(listeners);
    settler = new Settler(store, notes, surroundings.random(), heard);
    runner =
        new Runner(
            handlers,
            slots,
            new Runner.Ends(
                settler, new Completer(store, notes, heard, config.databaseAlias()), heard),
            surroundings);
    claimer =
        new Claimer(
            store,
            claims,
            slots,
            new Claimer.Terms(
                handlers.routing(),
                new AskedQueues(config, store, surroundings.time()),
                surroundings.time()));
    heart = new Heart(store, membership, new Heart.Own(claims, slots, settler), heard);
    watch = new Watch(store, slots, settler, surroundings);
  }

  /// Enters the store as a new incarnation. Comes first.
  public void enter() {
    membership.enter();
  }

  /// Takes what there is room for and starts it. Takes nothing while the lease is not sure.
  ///
  /// @return what came, and whether there may be more at once
  public Claimed claim() {
    return membership
        .trusted()
        .map(incarnation -> claimer.claim(incarnation, runner::start))
        .orElse(Claimed.NOTHING);
  }

  /// Writes the outcomes that have gathered, one batch at the most.
  ///
  /// @return how many
  public int settle() {
    return settler.settle();
  }

  /// Writes what running attempts have told of themselves since the last time.
  public void note() {
    notes.write(slots.running());
  }

  /// Sends a heartbeat, and acts on what the store says.
  public void beat() {
    heart.beat();
  }

  /// Stops every attempt that is past its deadline, and all of them when the lease is not sure any
  /// more.
  public void stopOverdue() {
    if (membership.trusted().isEmpty()) {
      heart.loseAll();
    }
    watch.stopOverdue();
  }

  /// Stops every attempt whose task somebody cancelled.
  public void stopCancelled() {
    watch.stopCancelled(membership);
  }

  /// Moves deferred tasks that are due to ready.
  public Promoted promote() {
    return store.promote(PROMOTE_BATCH);
  }

  /// Looks for dead workers and takes back what they held.
  public List<Reclaimed> reclaim() {
    var incarnation = membership.entered();
    if (incarnation.isEmpty()) {
      return List.of();
    }
    var reclaimed = store.reclaim(incarnation.get());
    reclaimed.stream()
        .collect(Collectors.groupingBy(Reclaimed::workerId, Collectors.counting()))
        .forEach((dead, tasks) -> log.warn("worker {} died; took back {} tasks", dead, tasks));
    for (var one : reclaimed) {
      log.atDebug()
          .addKeyValue("task_id", one.resultId())
          .log("taken back, now {}", one.place().label());
    }
    return reclaimed;
  }

  /// Stops every attempt, to be run by another worker, uncounted.
  public void giveBackAll() {
    watch.giveBackAll();
  }

  /// Strikes this worker out of the store. Comes last.
  public void leave() {
    membership.leave();
  }

  /// The attempts that run now, as a set that does not change any more.
  public Set<Attempt> running() {
    return Set.copyOf(slots.running());
  }

  /// Whether nothing runs and every outcome is written.
  public boolean isIdle() {
    return slots.running().isEmpty() && settler.isIdle();
  }

  /// Whether its lease can be trusted now: what it has run may go on.
  public boolean isTrusted() {
    return membership.trusted().isPresent();
  }

  /// What the store refused so far.
  public Refused refused() {
    return new Refused(settler.refused(), heart.refused());
  }

  Slots slots() {
    return slots;
  }

  /// Raised when there may be something to claim, or room for it.
  Signal work() {
    return work;
  }

  /// Raised when there is something to settle.
  Signal outcomes() {
    return settler.offered();
  }
}
