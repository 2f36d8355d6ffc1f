package io.reproq.task;

import org.jspecify.annotations.Nullable;

/// Which code enqueued a task.
///
/// @param codeRef a commit or release, null when unknown
/// @param pipLockHash hash of the Python lock file, null when unknown
public record Provenance(@Nullable String codeRef, @Nullable String pipLockHash) {
  /// Nothing known.
  public static final Provenance UNKNOWN = new Provenance(null, null);
}
