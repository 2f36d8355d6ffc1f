/// Durable background tasks: the task model, the engine, the memory store and the embedded API.
@org.jspecify.annotations.NullMarked
module io.reproq.core {
  requires transitive java.sql;
  requires transitive org.slf4j;
  requires static transitive org.jspecify;
  requires transitive tools.jackson.databind;

  exports io.reproq;
  exports io.reproq.clock;
  exports io.reproq.dsn;
  exports io.reproq.json;
  exports io.reproq.memory;
  exports io.reproq.retry;
  exports io.reproq.schedule;
  exports io.reproq.store;
  exports io.reproq.task;
  exports io.reproq.worker;
  exports io.reproq.workflow;

  opens io.reproq to
      tools.jackson.databind;

  uses io.reproq.store.StoreProvider;

  provides io.reproq.store.StoreProvider with
      io.reproq.memory.MemoryStoreProvider;
}
