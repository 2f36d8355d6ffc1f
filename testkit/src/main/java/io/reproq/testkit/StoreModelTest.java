package io.reproq.testkit;

import io.reproq.store.StoreProvider.Settings;
import io.reproq.store.TaskStore;
import io.reproq.task.Rank;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Plays 200 fixed seeds on a store and on an oracle side by side. A store's test extends this
/// class and gives a store. A seed that fails is told with the history it drew.
@DisplayNameGeneration(ReplaceUnderscores.class)
public abstract class StoreModelTest {
  private static final int SEEDS = 200;
  private static final int STEPS = 40;

  /// For the tests of stores.
  protected StoreModelTest() {}

  /// Opens a new, empty store, which no other call gets.
  ///
  /// @param settings a [SettableClock] and the order of queues
  protected abstract TaskStore open(Settings settings);

  /// How many steps each seed takes.
  protected int steps() {
    return STEPS;
  }

  /// How many seeds are played, from 1 on.
  protected int seeds() {
    return SEEDS;
  }

  @TestFactory
  final Stream<DynamicTest> does_what_the_oracle_says() {
    return LongStream.rangeClosed(1, seeds())
        .mapToObj(seed -> DynamicTest.dynamicTest("seed " + seed, () -> play(seed)));
  }

  private void play(long seed) {
    var clock = new SettableClock();
    try (var store = open(new Settings(clock, Rank.DEFAULT, true))) {
      new ModelRun(seed, store, clock).play(steps());
    }
  }
}
