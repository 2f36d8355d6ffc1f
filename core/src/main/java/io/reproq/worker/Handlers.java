package io.reproq.worker;

import io.reproq.store.ClaimRequest.Routing;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Which code of this worker runs which task paths.
///
/// @param byPath the paths that have a handler in this process
/// @param others runs the paths that no worker has a handler for; null when they are left alone
public record Handlers(Map<String, AttemptHandler> byPath, @Nullable AttemptHandler others) {
  public Handlers {
    byPath = Map.copyOf(byPath);
  }

  /// Handlers of this process alone.
  public static Handlers of(Map<String, AttemptHandler> byPath) {
    return new Handlers(byPath, null);
  }

  /// The same, each within `filters`, of which the first is the outermost.
  public Handlers within(List<AttemptFilter> filters) {
    var wrapped = new HashMap<String, AttemptHandler>();
    byPath.forEach((path, handler) -> wrapped.put(path, AttemptFilter.around(handler, filters)));
    return new Handlers(wrapped, others == null ? null : AttemptFilter.around(others, filters));
  }

  /// The paths that this worker's row lists.
  Set<String> paths() {
    return byPath.keySet();
  }

  Routing routing() {
    return new Routing(paths(), others != null);
  }

  Optional<AttemptHandler> of(String taskPath) {
    return Optional.ofNullable(byPath.getOrDefault(taskPath, others));
  }
}
