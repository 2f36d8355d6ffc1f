package io.reproq.memory;

import io.reproq.dsn.Dsn;
import io.reproq.store.StoreProvider;
import io.reproq.store.TaskStore;
import java.util.Optional;
import javax.sql.DataSource;

/// Opens `memory:`. Every call opens another store, empty, that nobody else sees.
public final class MemoryStoreProvider implements StoreProvider {

  /// For [java.util.ServiceLoader].
  public MemoryStoreProvider() {}

  @Override
  public Optional<TaskStore> open(Dsn dsn, Settings settings) {
    return dsn instanceof Dsn.Memory ? Optional.of(new MemoryStore(settings)) : Optional.empty();
  }

  @Override
  public Optional<TaskStore> open(DataSource dataSource, Settings settings) {
    return Optional.empty();
  }
}
