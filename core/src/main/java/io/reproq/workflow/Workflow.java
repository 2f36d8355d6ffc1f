package io.reproq.workflow;

import io.reproq.store.NewTask;
import io.reproq.store.NewWorkflow;
import java.util.List;

/// Tasks that depend on each other, as one says it: steps, one after the other or side by side, and
/// whatever these make when put into each other. A description, which does nothing by itself.
///
/// ```java
/// reproq.enqueue(
///     chain(
///             FETCH.step(source),
///             chord(group(RESIZE.step(small), RESIZE.step(large)), NOTIFY.stepWithResults()))
///         .onFailure(ALARM.step()));
/// ```
///
/// A part that follows another starts when all that ends the other has succeeded. Immutable.
public sealed interface Workflow {

  /// One task.
  record Step(NewTask task) implements Workflow {}

  /// Parts of which each starts when the one before it has succeeded.
  record Chain(List<Workflow> parts) implements Workflow {
    /// Checks that there is a part.
    ///
    /// @throws IllegalArgumentException when there is none
    public Chain {
      parts = List.copyOf(parts);
      if (parts.isEmpty()) {
        throw new IllegalArgumentException("a chain needs at least one part, had none");
      }
    }
  }

  /// Parts that run side by side. Only a chord may be made of an empty one.
  record Group(List<Workflow> parts) implements Workflow {
    public Group {
      parts = List.copyOf(parts);
    }
  }

  /// A group, and a task that starts when all of the group has succeeded; at once when the group is
  /// empty.
  record Chord(Group group, Step callback) implements Workflow {}

  /// A whole workflow, and what is enqueued when it fails.
  record Watched(Workflow body, Step onFailure) implements Workflow {}

  /// A workflow of one task.
  static Step step(NewTask task) {
    return new Step(task);
  }

  /// `parts`, one after the other.
  static Chain chain(Workflow... parts) {
    return new Chain(List.of(parts));
  }

  /// `parts`, side by side.
  static Group group(Workflow... parts) {
    return new Group(List.of(parts));
  }

  /// `callback` after all of `group`.
  static Chord chord(Group group, Step callback) {
    return new Chord(group, callback);
  }

  /// This as the whole workflow, with a task that is enqueued each time it fails. Where that task
  /// has no arguments of its own, its named arguments are `failed_result_id` and `workflow_id`; its
  /// headers tell both in any case.
  default Watched onFailure(Step task) {
    return new Watched(this, task);
  }

  /// The same, flat: who comes after whom.
  ///
  /// @throws IllegalArgumentException when it cannot be enqueued, saying what to do
  default NewWorkflow compile() {
    return Compiler.compile(this);
  }
}
