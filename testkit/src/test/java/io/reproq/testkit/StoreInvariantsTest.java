package io.reproq.testkit;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import io.reproq.json.Json;
import io.reproq.memory.MemoryStore;
import io.reproq.store.ForwardingStore;
import io.reproq.store.NewTask;
import io.reproq.store.StoreProvider.Settings;
import io.reproq.store.TaskQuery;
import io.reproq.store.TaskRun;
import io.reproq.store.TaskStore;
import io.reproq.task.Spec;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class StoreInvariantsTest {
  private final TaskStore store = new MemoryStore(Settings.defaults());

  StoreInvariantsTest() {
    store.enqueue(List.of(NewTask.of(Spec.of(Stage.GREET).build())));
  }

  @Test
  void hold_in_a_sound_store() {
    assertThatNoException().isThrownBy(() -> StoreInvariants.check(store));
  }

  @Test
  void find_counts_that_list_does_not_bear_out() {
    assertBroken(new Showing(store, runs -> List.of()), "counts() says");
  }

  @Test
  void find_a_value_without_success() {
    UnaryOperator<TaskRun> valued =
        run -> run.withResult(new TaskRun.Result(Json.NULL, List.of(), null));

    assertBroken(
        new Showing(store, runs -> runs.stream().map(valued).toList()), "success means a value");
  }

  @Test
  void find_a_list_that_is_out_of_order() {
    assertBroken(
        new Showing(store, runs -> List.of(runs.getFirst(), runs.getFirst())),
        "not in ascending order");
  }

  private static void assertBroken(TaskStore broken, String rule) {
    assertThatExceptionOfType(AssertionError.class)
        .isThrownBy(() -> StoreInvariants.check(broken))
        .withMessageContaining(rule);
  }

  /// A store that shows its tasks otherwise than they are.
  private static final class Showing extends ForwardingStore {
    private final UnaryOperator<List<TaskRun>> lens;

    Showing(TaskStore store, UnaryOperator<List<TaskRun>> lens) {
      super(store);
      this.lens = lens;
    }

    @Override
    public List<TaskRun> list(TaskQuery query) {
      return lens.apply(store.list(query));
    }
  }
}
