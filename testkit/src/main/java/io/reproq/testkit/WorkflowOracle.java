package io.reproq.testkit;

import io.reproq.store.CancelAnswer;
import io.reproq.store.Discarded;
import io.reproq.store.WorkflowRun.Ended;
import io.reproq.store.WorkflowStatus;
import io.reproq.task.TaskStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What ought to become of the members of one workflow, said as plainly as possible: after whatever
/// happens to one of them, all are looked through until nothing changes. It knows no clock and no
/// store, and counts nothing beforehand.
final class WorkflowOracle {
  /// In the order of their ids, predecessors first.
  final List<Member> members = new ArrayList<>();

  private final boolean hasCallback;
  private boolean hasFailed;
  private int failures;

  WorkflowOracle(boolean hasCallback) {
    this.hasCallback = hasCallback;
  }

  /// One member.
  static final class Member {
    final long id;
    final List<Member> predecessors;
    final @Nullable Instant expiresAt;
    TaskStatus status;
    boolean cancelRequested;

    private Member(long id, List<Member> predecessors, @Nullable Instant expiresAt) {
      this.id = id;
      this.predecessors = predecessors;
      this.expiresAt = expiresAt;
      this.status = predecessors.isEmpty() ? TaskStatus.READY : TaskStatus.WAITING;
    }

    boolean isBad() {
      return status == TaskStatus.FAILED || status == TaskStatus.CANCELLED;
    }

    boolean hasBadPredecessor() {
      return predecessors.stream().anyMatch(Member::isBad);
    }

    /// How many predecessors it waits for.
    int waitCount() {
      return (int)
          predecessors.stream().filter(each -> each.status != TaskStatus.SUCCESSFUL).count();
    }

    private void end(TaskStatus end) {
      status = end;
      cancelRequested = false;
    }
  }

  /// Adds a member that comes after those at `predecessors`.
  void add(long id, List<Integer> predecessors, @Nullable Instant expiresAt) {
    members.add(new Member(id, predecessors.stream().map(members::get).toList(), expiresAt));
  }

  Member member(long id) {
    return members.stream().filter(member -> member.id == id).findFirst().orElseThrow();
  }

  List<Member> in(TaskStatus status) {
    return members.stream().filter(member -> member.status == status).toList();
  }

  boolean isOver() {
    return members.stream().allMatch(member -> member.status.isTerminal());
  }

  /// An attempt ended, READY standing for one that was given back; others may end with it before
  /// [#spread].
  void settle(Member member, TaskStatus end) {
    member.end(end == TaskStatus.READY && member.cancelRequested ? TaskStatus.CANCELLED : end);
  }

  /// Somebody wants `member` stopped; others, too, before [#spread].
  CancelAnswer cancel(Member member) {
    return switch (member.status) {
      case RUNNING -> {
        member.cancelRequested = true;
        yield CancelAnswer.REQUESTED;
      }
      case READY, WAITING -> {
        member.end(TaskStatus.CANCELLED);
        yield CancelAnswer.CANCELLED;
      }
      case SUCCESSFUL, FAILED, CANCELLED -> CancelAnswer.NOT_ACTIVE;
    };
  }

  /// It is `now`.
  void expire(Instant now) {
    for (var member : members) {
      if ((member.status == TaskStatus.READY || member.status == TaskStatus.WAITING)
          && member.expiresAt != null
          && !member.expiresAt.isAfter(now)) {
        member.end(TaskStatus.CANCELLED);
      }
    }
    spread();
  }

  Discarded discard(Member member) {
    if (member.status != TaskStatus.FAILED) {
      return Discarded.NOT_FAILED;
    }
    member.end(TaskStatus.CANCELLED);
    return Discarded.CANCELLED;
  }

  /// Retries a member that is FAILED and has no bad predecessor.
  ///
  /// @return what waits again for it
  Set<Member> retry(Member member) {
    member.status = TaskStatus.READY;
    var back = new HashSet<Member>(Set.of(member));
    for (var next : members) {
      if (next.status == TaskStatus.FAILED
          && next.predecessors.stream().anyMatch(back::contains)
          && !next.hasBadPredecessor()) {
        next.status = TaskStatus.WAITING;
        back.add(next);
      }
    }
    back.remove(member);
    hasFailed = status() == WorkflowStatus.FAILED;
    return back;
  }

  /// Lets what has happened reach those that wait. Predecessors come first, so once is enough.
  void spread() {
    for (var member : members) {
      if (member.status == TaskStatus.WAITING && member.hasBadPredecessor()) {
        member.end(TaskStatus.FAILED);
      } else if (member.status == TaskStatus.WAITING && member.waitCount() == 0) {
        member.status = TaskStatus.READY;
      }
    }
    if (status() == WorkflowStatus.FAILED && !hasFailed) {
      failures++;
    }
    hasFailed = status() == WorkflowStatus.FAILED;
  }

  /// How often the workflow has come to fail.
  int failures() {
    return failures;
  }

  /// Whether the member that is added last is a callback.
  boolean expectsCallback() {
    return hasCallback;
  }

  int expected() {
    return counted().size();
  }

  Ended ended() {
    var counted = counted();
    return new Ended(
        (int) counted.stream().filter(each -> each.status == TaskStatus.SUCCESSFUL).count(),
        (int) counted.stream().filter(Member::isBad).count());
  }

  @Nullable Long callback() {
    return hasCallback ? (Long) members.getLast().id : null;
  }

  WorkflowStatus status() {
    if (members.stream().anyMatch(Member::isBad)) {
      return WorkflowStatus.FAILED;
    }
    if (members.stream().allMatch(each -> each.status == TaskStatus.SUCCESSFUL)) {
      return WorkflowStatus.SUCCESSFUL;
    }
    return counted().stream().allMatch(each -> each.status == TaskStatus.SUCCESSFUL)
        ? WorkflowStatus.WAITING_CALLBACK
        : WorkflowStatus.RUNNING;
  }

  private List<Member> counted() {
    return hasCallback ? members.subList(0, members.size() - 1) : members;
  }
}
