package io.reproq;

/// What a handler may know of the attempt it runs. Belongs to that attempt.
public interface TaskContext {
  /// The task's public id.
  long resultId();

  /// Number of this attempt, from 1.
  int attempt();

  String taskPath();

  String queue();

  /// Whether the attempt should end now. The thread was interrupted too.
  boolean isStopping();
}
