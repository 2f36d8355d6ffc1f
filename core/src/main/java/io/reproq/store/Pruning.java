package io.reproq.store;

import io.reproq.task.TaskStatus;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;

/// Which finished tasks may be forgotten. Immutable.
///
/// @param age for how long they have been over, at least
/// @param statuses how they ended
/// @param afterId only ids above this one: where the call before this one stopped
/// @param limit look for at most so many, at least 1
/// @param keep of each status the newest so many by id stay, however old they are; 0 for none
/// @param expiredOnly whether only those go that ended because their time to start was over
/// @param way how to go about it
public record Pruning(
    Duration age,
    Set<TaskStatus> statuses,
    long afterId,
    int limit,
    long keep,
    boolean expiredOnly,
    Way way) {
  public Pruning {
    if (age.isNegative()) {
      throw new IllegalArgumentException("age must not be negative, was " + age);
    }
    if (limit < 1) {
      throw new IllegalArgumentException("limit must be at least 1, was " + limit);
    }
    if (keep < 0) {
      throw new IllegalArgumentException("keep must not be negative, was " + keep);
    }
    for (var status : statuses) {
      if (!status.isTerminal()) {
        throw new IllegalArgumentException("a task that is " + status + " is not over");
      }
    }
    statuses = Set.copyOf(statuses);
  }

  /// The first `limit` of those that have been over for `age`, but for failed ones, which somebody
  /// may still want to look at.
  public static Pruning of(Duration age, int limit) {
    return new Pruning(
        age,
        EnumSet.of(TaskStatus.SUCCESSFUL, TaskStatus.CANCELLED),
        Long.MIN_VALUE,
        limit,
        0,
        false,
        Way.DELETE);
  }

  /// The same for tasks that ended otherwise.
  public Pruning in(Set<TaskStatus> ends) {
    return new Pruning(age, ends, afterId, limit, keep, expiredOnly, way);
  }

  /// The same from where `done` stopped.
  public Pruning after(Pruned done) {
    return new Pruning(age, statuses, done.lastId(), limit, keep, expiredOnly, way);
  }

  /// The same, at most `most`.
  public Pruning atMost(int most) {
    return new Pruning(age, statuses, afterId, most, keep, expiredOnly, way);
  }

  /// The same, but for the newest `newest` of each status.
  public Pruning keeping(long newest) {
    return new Pruning(age, statuses, afterId, limit, newest, expiredOnly, way);
  }

  /// The first `limit` of those that ended because their time to start was over.
  public static Pruning expired(int limit) {
    return new Pruning(
        Duration.ZERO,
        EnumSet.of(TaskStatus.CANCELLED),
        Long.MIN_VALUE,
        limit,
        0,
        true,
        Way.DELETE);
  }

  /// The same, done in another way.
  public Pruning by(Way other) {
    return new Pruning(age, statuses, afterId, limit, keep, expiredOnly, other);
  }

  /// How to go about it.
  public enum Way {
    /// Only counts.
    COUNT,
    /// Deletes at most `limit`.
    DELETE,
    /// Deletes, and first drops whole pieces of a store that keeps its tasks in pieces, however
    /// many tasks those hold; none where the newest are kept, or only expired ones go.
    DROP
  }
}
