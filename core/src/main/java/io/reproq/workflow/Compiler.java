package io.reproq.workflow;

import io.reproq.store.NewTask;
import io.reproq.store.NewWorkflow;
import io.reproq.store.NewWorkflow.Member;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Makes a flat list of members of a description. Pure.
///
/// Each part is laid down after what it follows, so that predecessors come first, and answers with
/// the members that whatever follows it has to wait for.
final class Compiler {
  private final List<Member> members = new ArrayList<>();
  private long dependencies;

  private Compiler() {}

  static NewWorkflow compile(Workflow workflow) {
    var onFailure = workflow instanceof Workflow.Watched(var body, var step) ? step.task() : null;
    var whole = workflow instanceof Workflow.Watched(var body, var step) ? body : workflow;
    return new Compiler().lay(whole, onFailure);
  }

  private NewWorkflow lay(Workflow whole, @Nullable NewTask onFailure) {
    add(whole, List.of());
    var callback = whole instanceof Workflow.Chord ? (Integer) (members.size() - 1) : null;
    return new NewWorkflow(members, callback, onFailure);
  }

  /// Lays `part` down after the members `after`.
  ///
  /// @return indexes of the members at which it ends, ascending
  private List<Integer> add(Workflow part, List<Integer> after) {
    return switch (part) {
      case Workflow.Step(var task) -> List.of(add(task, after));
      case Workflow.Chain(var parts) -> {
        var last = after;
        for (var next : parts) {
          last = add(next, last);
        }
        yield last;
      }
      case Workflow.Group(var parts) -> {
        if (parts.isEmpty()) {
          throw new IllegalArgumentException(
              "a group needs at least one part, had none: leave it out, or make a chord of it");
        }
        yield addAll(parts, after);
      }
      case Workflow.Chord(var group, var callback) -> {
        var ends = group.parts().isEmpty() ? after : addAll(group.parts(), after);
        yield List.of(add(callback.task(), ends));
      }
      case Workflow.Watched watched ->
          throw new IllegalArgumentException(
              "onFailure is for a whole workflow, was found within one: put it at the outermost"
                  + " part");
    };
  }

  private List<Integer> addAll(List<Workflow> parts, List<Integer> after) {
    var ends = new ArrayList<Integer>(parts.size());
    for (var part : parts) {
      ends.addAll(add(part, after));
    }
    // Shared by all that follow, however many.
    return List.copyOf(ends);
  }

  private int add(NewTask task, List<Integer> after) {
    dependencies += after.size();
    if (dependencies > NewWorkflow.MOST_DEPENDENCIES) {
      throw NewWorkflow.tooMany(dependencies);
    }
    members.add(new Member(task, after));
    return members.size() - 1;
  }
}
