package io.reproq.jdbc.postgres;

import io.reproq.store.StoreProvider.Settings;
import io.reproq.store.TaskStore;
import io.reproq.testkit.StoreContract;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;

@Tag("pooler")
final class PoolerContractTest extends StoreContract {
  private static final TestDatabase DATABASE = TestServer.fresh();
  private static final Pooler POOLER = Pooler.before(DATABASE);

  @AfterAll
  static void end() {
    POOLER.close();
  }

  @Override
  protected TaskStore open(Settings settings) {
    return POOLER.of(DATABASE).openEmpty(settings);
  }
}
