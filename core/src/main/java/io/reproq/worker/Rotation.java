package io.reproq.worker;

import io.reproq.store.ClaimRequest.Quota;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Shares free slots between queues in proportion to their weights: deficit round robin. Used by
/// one thread.
///
/// A slot cannot be split, so what a queue got too little or too much of is kept as its credit and
/// evened out by the claims that follow, however few slots each of them has. A queue that gave less
/// than it was asked for is idle: its share goes to the others, and it saves nothing up. It is only
/// looked at, for one task at a time, until it has something again.
final class Rotation {
  /// Idle queues get one of so many slots to be looked at, at least one, after a claim that brought
  /// all it asked for.
  private static final int LOOKS = 16;

  private final Map<String, Share> shares = new LinkedHashMap<>();
  private long turn;

  /// The queue that is asked first gets the last token of a rate limit that several share, so each
  /// is asked first in turn. It moves on with every claim that brought something.
  private int first;

  private boolean plenty;

  /// From now on these queues share the room.
  ///
  /// @param weights by queue, each at least 1
  void over(Map<String, Integer> weights) {
    shares.keySet().retainAll(weights.keySet());
    weights.forEach(
        (queue, weight) -> shares.computeIfAbsent(queue, key -> new Share()).weight = weight);
  }

  /// How many tasks to ask of each queue, `free` in all. A claim that fails changes no credit.
  List<Quota> quotas(int free) {
    turn++;
    if (shares.values().stream().allMatch(share -> share.idle)) {
      shares.values().forEach(share -> share.idle = false);
    }
    shares.values().forEach(share -> share.grant = 0);
    var quotas = new ArrayList<Quota>(shares.size());
    for (var queue : looks(free)) {
      quotas.add(new Quota(queue, 1));
    }
    deal(free - quotas.size(), quotas);
    quotas.forEach(quota -> share(quota.queue()).asked = turn);
    if (!quotas.isEmpty()) {
      Collections.rotate(quotas, first % quotas.size());
    }
    return quotas;
  }

  /// Remembers what the `asked` queues gave.
  ///
  /// @param taken how many tasks came, by queue
  /// @param moved whether tasks were moved out of the way: a queue that gave little may have more
  /// @return whether there may be more at once
  boolean saw(List<Quota> asked, Map<String, Integer> taken, boolean moved) {
    for (var share : shares.values()) {
      share.credit += share.grant;
      share.grant = 0;
    }
    plenty = true;
    if (taken.values().stream().anyMatch(count -> count > 0)) {
      first = first + 1 < shares.size() ? first + 1 : 0;
    }
    for (var quota : asked) {
      var share = share(quota.queue());
      var count = taken.getOrDefault(quota.queue(), 0);
      if (count < quota.limit()) {
        share.credit = 0;
        share.idle = !moved;
        plenty = false;
      } else {
        share.credit -= count;
        share.idle = false;
      }
    }
    return shares.values().stream().anyMatch(share -> !share.idle);
  }

  /// The idle queues to look at now, those that were not for the longest time first.
  private List<String> looks(int free) {
    var room = plenty ? Math.max(1, free / LOOKS) : 0;
    return shares.entrySet().stream()
        .filter(entry -> entry.getValue().idle)
        .sorted(Comparator.comparingLong(entry -> entry.getValue().asked))
        .limit(room)
        .map(Map.Entry::getKey)
        .toList();
  }

  /// Deals `free` slots to the queues that have work: the whole ones that each is owed, and what
  /// remains one by one to those that are owed most.
  private void deal(int free, List<Quota> quotas) {
    var busy = shares.entrySet().stream().filter(entry -> !entry.getValue().idle).toList();
    if (busy.isEmpty()) {
      return;
    }
    var weights = busy.stream().mapToDouble(entry -> entry.getValue().weight).sum();
    // One that left with a debt leaves no credit to the others.
    var surplus = busy.stream().mapToDouble(entry -> entry.getValue().credit).sum() / busy.size();
    var left = free;
    for (var entry : busy) {
      var share = entry.getValue();
      share.credit -= surplus;
      share.grant = free * share.weight / weights;
      share.quota = Math.clamp((long) Math.floor(share.credit + share.grant), 0, left);
      left -= share.quota;
    }
    var owed =
        busy.stream()
            .map(Map.Entry::getValue)
            .sorted(Comparator.comparingDouble(Share::rest).reversed())
            .toList();
    for (var i = 0; left > 0; i++, left--) {
      owed.get(i % owed.size()).quota++;
    }
    for (var entry : busy) {
      if (entry.getValue().quota > 0) {
        quotas.add(new Quota(entry.getKey(), entry.getValue().quota));
      }
    }
  }

  private Share share(String queue) {
    // One that is not shared with any more still answers what it was asked before.
    return shares.getOrDefault(queue, new Share());
  }

  /// One queue's part.
  private static final class Share {
    private int weight = 1;

    /// Slots that it was owed and did not get, less those that it got too many.
    private double credit;

    /// What this claim adds to the credit.
    private double grant;

    private int quota;
    private long asked;
    private boolean idle;

    private double rest() {
      return credit + grant - quota;
    }
  }
}
