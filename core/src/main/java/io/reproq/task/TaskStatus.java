package io.reproq.task;

/// What everybody may know of where a task stands. The names are the contract's and stored as such.
public enum TaskStatus {
  /// Will run as soon as it is due and a worker has room. See [Place.Ready], [Place.Deferred] and
  /// [Place.Parked].
  READY,
  /// An attempt is under way.
  RUNNING,
  /// Has predecessors that are not finished.
  WAITING,
  /// Finished well.
  SUCCESSFUL,
  /// Finished badly: out of attempts, or not worth another. Triage may bring it back.
  FAILED,
  /// Stopped on request, or expired. Nothing brings it back.
  CANCELLED;

  /// Whether no worker will pick the task up again by itself.
  public boolean isTerminal() {
    return switch (this) {
      case READY, RUNNING, WAITING -> false;
      case SUCCESSFUL, FAILED, CANCELLED -> true;
    };
  }
}
