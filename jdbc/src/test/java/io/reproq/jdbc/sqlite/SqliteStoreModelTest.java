package io.reproq.jdbc.sqlite;

import io.reproq.store.StoreProvider.Settings;
import io.reproq.store.TaskStore;
import io.reproq.testkit.StoreModelTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

final class SqliteStoreModelTest extends StoreModelTest {
  @TempDir static Path folder;

  @Override
  protected TaskStore open(Settings settings) {
    try {
      return Fixture.copy(folder, settings);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
