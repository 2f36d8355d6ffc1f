package io.reproq.server;

import io.javalin.Javalin;
import io.javalin.util.JavalinException;
import io.reproq.clock.TimeSource;
import io.reproq.server.door.Doors;
import io.reproq.server.events.EventFeed;
import io.reproq.server.security.Access;
import io.reproq.server.tls.Certificates;
import io.reproq.server.tls.InvalidCertificateException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells over HTTP how a worker is: `/healthz`, `/readyz`, `/metrics` and `/events`. It is only
/// read from.
///
/// Four platform threads accept connections and watch them; each request runs on a virtual one, so
/// that a listener who hears nothing for hours costs a few kilobytes and no thread.
public final class WorkerServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(WorkerServer.class);

  private static final int SHORTEST_TOKEN = 32;

  private final Javalin javalin;
  private final @Nullable EventFeed events;

  private WorkerServer(Javalin javalin, @Nullable EventFeed events) {
    this.javalin = javalin;
    this.events = events;
  }

  /// Starts to listen.
  ///
  /// @throws UnprotectedAddressException when everybody could read it, and nobody said so
  /// @throws ServerStartException when a certificate cannot be used, or the address not be had
  public static WorkerServer start(ServerConfig config, Doors doors, TimeSource time)
      throws ServerStartException {
    check(config);
    var assembly =
        new Assembly(config, doors, new Access(config.access(), time), certificates(config, time));
    var javalin = Javalin.create(assembly::configure);
    try {
      javalin.start();
    } catch (JavalinException e) {
      javalin.stop();
      throw new ServerStartException(
          "cannot serve HTTP on " + config.address() + ": " + reason(e), e);
    }
    var server = new WorkerServer(javalin, doors.events());
    log.info(
        "serving {} on {}",
        config.tls() == null ? "HTTP" : "HTTPS",
        new ListenAddress(config.address().host(), server.port()));
    return server;
  }

  /// Where it listens.
  public int port() {
    return javalin.port();
  }

  /// Stops to listen and ends all streams of events. A second call does nothing.
  @Override
  public void close() {
    if (events != null) {
      events.close();
    }
    javalin.stop();
  }

  private static void check(ServerConfig config) throws UnprotectedAddressException {
    if (config.isUnprotected()) {
      if (!config.access().insecure()) {
        throw new UnprotectedAddressException(config.address());
      }
      log.warn("everybody who reaches {} may read all of it", config.address());
    }
    var token = config.access().token();
    if (token != null && token.getBytes(StandardCharsets.UTF_8).length < SHORTEST_TOKEN) {
      log.warn("the token is shorter than {} bytes and could be guessed", SHORTEST_TOKEN);
    }
  }

  private static String reason(Throwable thrown) {
    var cause = thrown;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause.getMessage() == null ? cause.toString() : cause.getMessage();
  }

  private static @Nullable Certificates certificates(ServerConfig config, TimeSource time)
      throws ServerStartException {
    var tls = config.tls();
    try {
      return tls == null ? null : new Certificates(tls, config.pace().certificates(), time);
    } catch (InvalidCertificateException e) {
      throw new ServerStartException(
          "cannot serve HTTPS on " + config.address() + ": " + e.getMessage(), e);
    }
  }
}
