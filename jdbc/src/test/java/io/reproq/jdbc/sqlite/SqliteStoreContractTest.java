package io.reproq.jdbc.sqlite;

import io.reproq.dsn.Dsn;
import io.reproq.store.StoreProvider.Settings;
import io.reproq.store.TaskStore;
import io.reproq.testkit.StoreContract;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.io.TempDir;

final class SqliteStoreContractTest extends StoreContract {
  private static final AtomicInteger OPENED = new AtomicInteger();

  @TempDir static Path folder;

  @Override
  protected TaskStore open(Settings settings) {
    var file = folder.resolve("tasks" + OPENED.incrementAndGet() + ".db");
    return new SqliteStoreProvider().open(new Dsn.Sqlite(file.toString()), settings).orElseThrow();
  }
}
