package io.reproq.observe;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Values of one label, of which there are never more than a registry can bear: the first ones keep
/// their names, all later ones are [#OTHER]. Safe for use by many threads.
final class Labels {
  static final String OTHER = "other";

  /// A task that has no name, because its description cannot be read or nobody looked it up.
  static final String UNKNOWN = "unknown";

  private static final int MOST = 200;

  private final Set<String> known = ConcurrentHashMap.newKeySet();

  /// What stands for `value`. Threads that bring new values at once may add a few beyond the limit.
  String of(String value) {
    if (known.contains(value)) {
      return value;
    }
    if (known.size() >= MOST) {
      return OTHER;
    }
    known.add(value);
    return value;
  }
}
