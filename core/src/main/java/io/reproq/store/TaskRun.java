package io.reproq.store;

import io.reproq.json.Json;
import io.reproq.task.Failure;
import io.reproq.task.TaskStatus;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// One task as the world may see it: what the view `task_runs` shows.
///
/// @param spec canonical text of the description
/// @param queue name of the queue it is in
public record TaskRun(
    long resultId,
    String taskPath,
    String queue,
    Json spec,
    String specHash,
    @Nullable Json headers,
    Standing standing,
    Times times,
    Result result,
    Extras extras) {

  /// The same task with another result.
  public TaskRun withResult(Result other) {
    return new TaskRun(
        resultId, taskPath, queue, spec, specHash, headers, standing, times, other, extras);
  }

  /// Where it stands.
  ///
  /// @param place the place's label
  /// @param parkedKey what blocks it, null unless parked
  /// @param version grows by one at every transition
  /// @param attempts attempts so far, the running one included
  /// @param waitCount unfinished predecessors
  /// @param leasedBy worker id while running, else null
  /// @param leasedUntil end of that worker's lease, else null
  /// @param workerIds the workers of all its attempts, oldest first
  public record Standing(
      TaskStatus status,
      String place,
      @Nullable String parkedKey,
      long version,
      int attempts,
      int waitCount,
      boolean cancelRequested,
      @Nullable String leasedBy,
      @Nullable Instant leasedUntil,
      List<String> workerIds) {
    public Standing {
      workerIds = List.copyOf(workerIds);
    }
  }

  /// When things happened to it, by the store's clock; null where they have not.
  ///
  /// @param runAfter earliest start, while that lies ahead
  /// @param startedAt start of the first attempt
  /// @param lastAttemptedAt start of the last attempt
  /// @param expiresAt when it may no longer start
  public record Times(
      Instant enqueuedAt,
      @Nullable Instant runAfter,
      @Nullable Instant startedAt,
      @Nullable Instant lastAttemptedAt,
      @Nullable Instant finishedAt,
      @Nullable Instant failedAt,
      @Nullable Instant expiresAt) {}

  /// What it came to.
  ///
  /// @param value what the handler returned, null unless SUCCESSFUL
  /// @param errors all that went wrong, oldest first
  /// @param lastError summary of the error that ended it, null otherwise
  public record Result(
      @Nullable Json value, List<AttemptError> errors, @Nullable String lastError) {
    public Result {
      errors = List.copyOf(errors);
    }
  }

  /// What hangs on it beside its description, mostly nothing.
  ///
  /// @param backendAlias for which of a program's task backends it was enqueued
  /// @param parentId the task that it follows in a chain
  /// @param metadata what its attempts noted, a JSON object
  /// @param logsUri where the output of its last attempt is kept that noted a place; null when none
  ///   did, as when it is kept in the store
  public record Extras(
      String backendAlias,
      @Nullable Long parentId,
      @Nullable UUID workflowId,
      Json metadata,
      @Nullable String logsUri,
      @Nullable String artifactsUri) {
    /// Nothing.
    public static final Extras NONE =
        new Extras("default", null, null, Json.EMPTY_OBJECT, null, null);

    /// The same of a task that tells so much.
    public Extras telling(Json noted, @Nullable String logs) {
      return new Extras(backendAlias, parentId, workflowId, noted, logs, artifactsUri);
    }

    /// The same for a member of a workflow.
    public Extras in(UUID workflow, @Nullable Long parent) {
      return new Extras(backendAlias, parent, workflow, metadata, logsUri, artifactsUri);
    }
  }

  /// One thing that went wrong.
  ///
  /// @param attempt number of the attempt, 0 when none was under way
  /// @param workerId the worker it happened on, null when none
  /// @param failedResultId the task of a workflow without which this one cannot run, null when it
  ///   is not about that
  public record AttemptError(
      Failure failure,
      int attempt,
      Instant at,
      @Nullable String workerId,
      @Nullable Long failedResultId) {

    /// One that is not another task's fault.
    public AttemptError(Failure failure, int attempt, Instant at, @Nullable String workerId) {
      this(failure, attempt, at, workerId, null);
    }
  }
}
