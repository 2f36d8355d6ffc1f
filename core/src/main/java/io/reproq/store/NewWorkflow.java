package io.reproq.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Tasks that depend on each other, to be enqueued together: who comes after whom, and nothing of
/// how that was said.
///
/// @param members in an order in which predecessors come first; never empty
/// @param callback index of the last member, when that runs after all others have succeeded and is
///   not counted among them; null for none
/// @param onFailure enqueued when the workflow fails; null for nothing
public record NewWorkflow(
    List<Member> members, @Nullable Integer callback, @Nullable NewTask onFailure) {

  /// More pairs of predecessor and dependant than this take longer to write than they are worth.
  public static final int MOST_DEPENDENCIES = 1_000_000;

  /// Checks that it can run.
  ///
  /// @throws IllegalArgumentException when it never could, or has too many dependencies
  public NewWorkflow {
    members = List.copyOf(members);
    if (members.isEmpty()) {
      throw new IllegalArgumentException("a workflow needs at least one task, had none");
    }
    if (callback != null && callback != members.size() - 1) {
      throw new IllegalArgumentException(
          "the callback must be the last of %d members, was number %d"
              .formatted(members.size(), callback));
    }
    var dependencies = 0L;
    for (var i = 0; i < members.size(); i++) {
      members.get(i).check(i);
      dependencies += members.get(i).predecessors.size();
    }
    if (dependencies > MOST_DEPENDENCIES) {
      throw tooMany(dependencies);
    }
    onFailure = onFailure == null ? null : onFailure.unique(false);
  }

  /// What is told of a workflow with so many dependencies.
  public static IllegalArgumentException tooMany(long dependencies) {
    return new IllegalArgumentException(
        "at most %d dependencies between tasks can be kept, the workflow has %d: where a group"
                .formatted(MOST_DEPENDENCIES, dependencies)
            + " follows a group, every task waits for every other; put one task between the two,"
            + " or make the first a chord");
  }

  /// One task of a workflow. It is never taken for the twin of another, unique or not.
  ///
  /// @param predecessors indexes of the members that must succeed before it starts, ascending
  public record Member(NewTask task, List<Integer> predecessors) {
    public Member {
      task = task.unique(false);
      predecessors = List.copyOf(predecessors);
    }

    private void check(int index) {
      var before = -1;
      for (int predecessor : predecessors) {
        if (predecessor <= before || predecessor >= index) {
          throw new IllegalArgumentException(
              "the predecessors of member %d must be earlier ones in ascending order, were %s"
                  .formatted(index, predecessors));
        }
        before = predecessor;
      }
      if (task.spec().withResults() && predecessors.isEmpty()) {
        throw new IllegalArgumentException(
            "%s (member %d) is to be called with the results of its predecessors, but has none"
                .formatted(task.spec().taskPath(), index));
      }
    }
  }
}
