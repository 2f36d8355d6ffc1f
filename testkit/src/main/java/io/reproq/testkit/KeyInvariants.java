package io.reproq.testkit;

import io.reproq.store.TaskRun;
import io.reproq.task.Limits;
import io.reproq.task.Spec;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What must hold of keys at all times.
final class KeyInvariants {
  private KeyInvariants() {}

  /// @param isOpen whether no queue is paused: else whoever is parked may wait for that
  /// @throws AssertionError that names the key and the rule that is broken
  static void check(List<TaskRun> all, boolean isOpen) {
    var holders = new HashMap<String, Integer>();
    var most = new HashMap<String, Integer>();
    var ready = new HashSet<String>();
    var waiting = new HashSet<String>();
    for (var run : all) {
      var place = run.standing().place();
      for (var key : keys(run)) {
        if (place.equals("running")) {
          holders.merge(key.name(), 1, Integer::sum);
          most.merge(key.name(), key.limit(), Math::max);
        } else if (place.equals("ready")) {
          ready.add(key.name());
        } else if (key.name().equals(run.standing().parkedKey())) {
          waiting.add(key.name());
        }
      }
    }
    holders.forEach((key, count) ->
        require(count <= most.getOrDefault(key, 0), key + " has no more holders than its limit"));
    if (isOpen) {
      checkWaiting(waiting, holders, ready);
    }
  }

  private static void checkWaiting(
      Set<String> waiting, Map<String, Integer> holders, Set<String> ready) {
    for (var key : waiting) {
      require(
          holders.containsKey(key) || ready.contains(key),
          "who waits for " + key + " waits for a holder, or behind one that is ready");
    }
  }

  private static List<Limits.Key> keys(TaskRun run) {
    return run.standing().status().isTerminal()
        ? List.of()
        : Spec.stored(run.spec().text()).limits().keys();
  }

  private static void require(boolean holds, String rule) {
    if (!holds) {
      throw new AssertionError("it is broken that " + rule);
    }
  }
}
