package io.reproq.testkit;

import io.reproq.store.ClaimRequest.Routing;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

/// One entered worker as the oracle has it.
final class OracleWorker {
  final ScriptedWorker script;
  Instant leasedUntil;
  long beats;

  /// The beat that was last seen, and since when, by the monotonic clock; -1 for never.
  private long seenBeat = -1;

  private long seenAt;

  OracleWorker(ScriptedWorker script, Instant now) {
    this.script = script;
    this.leasedUntil = now.plus(ScriptedWorker.LEASE);
  }

  String id() {
    return script.id();
  }

  UUID incarnation() {
    return script.incarnation();
  }

  Routing routing() {
    return script.routing();
  }

  void renew(Instant now) {
    beats++;
    leasedUntil = now.plus(ScriptedWorker.LEASE);
  }

  /// Somebody looks at it: whether it is dead.
  boolean looksDead(SettableClock clock) {
    if (seenBeat != beats) {
      seenBeat = beats;
      seenAt = clock.nanoTime();
    }
    var silence = Duration.ofNanos(clock.nanoTime() - seenAt);
    var twoBeats = ScriptedWorker.HEARTBEAT.plus(ScriptedWorker.HEARTBEAT);
    var lapsed = !clock.now().isBefore(leasedUntil);
    return (lapsed && silence.compareTo(twoBeats) >= 0)
        || silence.compareTo(ScriptedWorker.LEASE.plus(twoBeats)) >= 0;
  }
}
