package io.reproq.cli.worker;

import io.reproq.clock.TimeSource;
import io.reproq.server.ServerConfig;
import io.reproq.server.ServerStartException;
import io.reproq.server.WorkerServer;
import io.reproq.server.door.Doors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a worker answers over HTTP. A worker does not die of it: one that cannot answer says so in
/// its log, and runs tasks.
public final class HttpSide implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(HttpSide.class);

  /// Answers nothing.
  static final HttpSide NONE = new HttpSide(null);

  private final @Nullable WorkerServer server;

  private HttpSide(@Nullable WorkerServer server) {
    this.server = server;
  }

  /// Begins to answer, where it can.
  static HttpSide start(ServerConfig config, WorkerRun run, Measures measures) {
    var doors =
        new Doors(
            run::checkDatabases,
            () -> run.obstacle().orElse(null),
            measures::metrics,
            measures.events());
    try {
      return new HttpSide(WorkerServer.start(config, doors, TimeSource.system()));
    } catch (ServerStartException e) {
      log.warn("{}; the worker goes on without", e.getMessage());
      return NONE;
    }
  }

  @Override
  public void close() {
    if (server != null) {
      server.close();
    }
  }
}
