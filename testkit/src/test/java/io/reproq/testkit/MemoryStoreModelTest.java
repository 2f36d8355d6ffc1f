package io.reproq.testkit;

import io.reproq.memory.MemoryStore;
import io.reproq.store.StoreProvider.Settings;
import io.reproq.store.TaskStore;

final class MemoryStoreModelTest extends StoreModelTest {
  @Override
  protected TaskStore open(Settings settings) {
    return new MemoryStore(settings);
  }

  @Override
  protected int steps() {
    return 100;
  }
}
