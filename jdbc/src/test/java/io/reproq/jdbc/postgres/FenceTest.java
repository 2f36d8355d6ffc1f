package io.reproq.jdbc.postgres;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reproq.store.StoreProvider.Settings;
import io.reproq.store.TaskStore;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Every fence in the SQL, twice: its story ends well, and does not when the fence is taken away.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class FenceTest {
  private static final TestDatabase DATABASE = TestServer.fresh();

  @TestFactory
  Stream<DynamicTest> every_fence_holds() {
    return Fence.all().stream()
        .map(fence ->
            DynamicTest.dynamicTest(
                fence.name(), () -> tell(fence, DATABASE.openEmpty(Settings.defaults()))));
  }

  @TestFactory
  Stream<DynamicTest> every_fence_is_needed() {
    return Fence.all().stream()
        .map(fence ->
            DynamicTest.dynamicTest(
                fence.name(),
                () -> {
                  DATABASE.openEmpty(Settings.defaults()).close();
                  var planted = PlantedStore.open(DATABASE, fence::without);
                  assertThatThrownBy(() -> tell(fence, planted))
                      .as("without the fence nothing happens to this story")
                      .isInstanceOf(AssertionError.class);
                }));
  }

  private static void tell(Fence fence, TaskStore store) throws Exception {
    try (store;
        var other = DATABASE.connect()) {
      other.setAutoCommit(false);
      fence.story().tell(new FenceStage(DATABASE, store, other));
    }
  }
}
