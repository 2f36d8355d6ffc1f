package io.reproq.jdbc.postgres;

import io.reproq.store.StoreProvider.Settings;
import io.reproq.store.TaskStore;
import io.reproq.testkit.StoreContract;

final class PostgresStoreContractTest extends StoreContract {
  private static final TestDatabase DATABASE = TestServer.fresh();

  @Override
  protected TaskStore open(Settings settings) {
    return DATABASE.openEmpty(settings);
  }
}
