package io.reproq.store;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// Decides which workers are dead, from what one observer sees of them. Pure but for its memory of
/// what it saw before; not safe for use by many threads.
///
/// ## Rules
///
/// A worker whose holder (the lock that ends with its process) is gone is *suspected*; any
/// heartbeat clears it; still suspected and silent [#SILENCE] later, it is dead.
///
/// Whatever is known of the holder, a worker is dead when its lease has expired by the database's
/// clock and it was silent for two heartbeat intervals on the observer's own monotonic clock; or,
/// whatever the database's clock says, when it was silent for its lease and two intervals. So
/// neither an outage nor a step of a clock rescues anybody who lives.
///
/// Silence is counted from the first look at a beat, so an observer that was away starts afresh:
/// call [#forget] after a broken connection.
public final class DeathWatch {
  /// How long a worker without a holder must be silent.
  public static final Duration SILENCE = Duration.ofMillis(750);

  private final Map<UUID, Silence> silences;

  /// A watch that has seen nothing yet.
  public DeathWatch() {
    silences = new HashMap<>();
  }

  /// Judges all workers that there are; one that is left out is forgotten.
  ///
  /// @param nanoTime the observer's monotonic clock
  /// @return the dead, each with the beat that it was last seen with: mark it only while that still
  ///   stands
  public List<Sighting> judge(List<Sighting> sightings, long nanoTime) {
    var dead = new ArrayList<Sighting>();
    var seen = new HashMap<UUID, Silence>();
    for (var sighting : sightings) {
      var silence = silenceOf(sighting, nanoTime);
      seen.put(sighting.incarnation(), silence);
      if (isDead(sighting, silence, nanoTime)) {
        dead.add(sighting);
      }
    }
    silences.clear();
    silences.putAll(seen);
    return dead;
  }

  /// Forgets all that was seen.
  public void forget() {
    silences.clear();
  }

  private Silence silenceOf(Sighting sighting, long nanoTime) {
    var before = silences.get(sighting.incarnation());
    if (before == null || before.beat != sighting.beat()) {
      return new Silence(sighting.beat(), nanoTime, nanoTime, sighting.holder());
    }
    return before.holder == sighting.holder() ? before : before.under(sighting.holder(), nanoTime);
  }

  private static boolean isDead(Sighting sighting, Silence silence, long nanoTime) {
    var silent = Duration.ofNanos(nanoTime - silence.since);
    var underHolder = Duration.ofNanos(nanoTime - silence.holderSince);
    var twoBeats = sighting.heartbeat().multipliedBy(2);
    return (sighting.holder() == Holder.GONE && underHolder.compareTo(SILENCE) >= 0)
        || (sighting.leaseExpired() && silent.compareTo(twoBeats) >= 0)
        || silent.compareTo(sighting.lease().plus(twoBeats)) >= 0;
  }

  /// Whether the lock that ends with a worker's process is held.
  public enum Holder {
    /// Its process lives.
    HELD,
    /// Nobody holds it: the process is dead, or lost its lock.
    GONE,
    /// Cannot be told from here.
    UNKNOWN
  }

  /// A worker as one look found it.
  ///
  /// @param beat its count of heartbeats
  /// @param leaseExpired by the database's clock
  public record Sighting(
      UUID incarnation,
      long beat,
      boolean leaseExpired,
      Duration lease,
      Duration heartbeat,
      Holder holder) {}

  private record Silence(long beat, long since, long holderSince, Holder holder) {
    Silence under(Holder now, long nanoTime) {
      return new Silence(beat, since, nanoTime, now);
    }
  }
}
