package io.reproq.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.memory.MemoryStore;
import io.reproq.store.ForwardingStore;
import io.reproq.store.StoreProvider.Settings;
import io.reproq.store.TaskStore;
import io.reproq.task.Rank;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class ModelRunTest {
  private static final int SEEDS = 200;
  private static final int STEPS = 40;

  @TestFactory
  Stream<DynamicTest> finds_a_store_that() {
    return PlantedBugs.all().entrySet().stream()
        .map(bug ->
            DynamicTest.dynamicTest(
                bug.getKey(),
                () -> {
                  var failure = firstFailure(bug.getValue());
                  assertThat(failure)
                      .startsWith("seed ")
                      .contains("should be")
                      .contains("history:");
                }));
  }

  @Test
  void finds_nothing_in_a_store_that_is_only_wrapped() {
    assertThat(firstFailure(ForwardingStore::new)).isEmpty();
  }

  @Test
  void draws_the_same_history_from_the_same_seed() {
    var wrapped = Objects.requireNonNull(PlantedBugs.all().get("miscounts"));

    assertThat(firstFailure(wrapped)).isEqualTo(firstFailure(wrapped));
  }

  /// What the first seed says that fails; empty when none does.
  private static String firstFailure(UnaryOperator<TaskStore> bug) {
    for (var seed = 1L; seed <= SEEDS; seed++) {
      var clock = new SettableClock();
      try (var store = bug.apply(new MemoryStore(new Settings(clock, Rank.DEFAULT, true)))) {
        new ModelRun(seed, store, clock).play(STEPS);
      } catch (AssertionError e) {
        return String.valueOf(e.getMessage());
      }
    }
    return "";
  }
}
