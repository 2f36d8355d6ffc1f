package io.reproq.testkit;

import io.reproq.store.StoreProvider.Settings;
import io.reproq.store.TaskStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;

/// What every store has to do, verb by verb. A store's test extends this class and gives a store,
/// and nothing else.
///
/// Each test has a store of its own, which it opens at first use and closes at its end, after
/// [StoreInvariants] were checked.
@DisplayNameGeneration(ReplaceUnderscores.class)
public abstract class StoreContract {
  private final Stage stage = new Stage();

  /// For the tests of stores.
  protected StoreContract() {}

  /// Opens a new, empty store, which no other call gets.
  ///
  /// @param settings a [SettableClock] and the order of queues
  protected abstract TaskStore open(Settings settings);

  @BeforeEach
  final void set_the_stage() {
    stage.opensWith(this::open);
  }

  @AfterEach
  final void check_what_always_holds() {
    stage.close();
  }

  @Nested
  class Enqueue extends EnqueueContract {
    Enqueue() {
      super(stage);
    }
  }
}
