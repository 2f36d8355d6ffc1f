package io.reproq.jdbc.postgres;

import io.reproq.store.StoreProvider.Settings;
import io.reproq.store.TaskStore;
import io.reproq.testkit.StoreContract;
import org.junit.jupiter.api.Tag;

@Tag("postgres15")
final class Postgres15ContractTest extends StoreContract {
  private static final TestDatabase DATABASE = OldestServer.fresh();

  @Override
  protected TaskStore open(Settings settings) {
    return DATABASE.openEmpty(settings);
  }
}
