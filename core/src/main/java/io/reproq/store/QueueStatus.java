package io.reproq.store;

import io.reproq.task.TaskStatus;

/// The tasks of one queue in one status.
public record QueueStatus(String queue, TaskStatus status) {}
