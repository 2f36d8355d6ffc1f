package io.reproq.cli.torture;

import io.reproq.task.TaskStatus;
import java.util.List;
import java.util.Map;

/// What became of the tasks.
///
/// @param counts tasks by status
/// @param attempts of all tasks
/// @param unknown attempts of tasks with keys of which nobody knows from when to when they were
/// @param violations what was promised and does not hold
record Findings(
    Map<TaskStatus, Long> counts, long attempts, long unknown, List<String> violations) {
  Findings {
    counts = Map.copyOf(counts);
    violations = List.copyOf(violations);
  }

  long count(TaskStatus status) {
    return counts.getOrDefault(status, 0L);
  }

  /// How many tasks are over.
  long over() {
    return counts.entrySet().stream()
        .filter(entry -> entry.getKey().isTerminal())
        .mapToLong(Map.Entry::getValue)
        .sum();
  }
}
