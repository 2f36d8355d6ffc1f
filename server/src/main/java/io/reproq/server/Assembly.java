package io.reproq.server;

import io.javalin.config.JavalinConfig;
import io.javalin.http.Handler;
import io.reproq.server.door.Doors;
import io.reproq.server.http.Connectors;
import io.reproq.server.http.EventsDoor;
import io.reproq.server.http.Gate;
import io.reproq.server.http.HealthDoor;
import io.reproq.server.http.MetricsDoor;
import io.reproq.server.http.NoDoor;
import io.reproq.server.http.QuietErrors;
import io.reproq.server.http.ReadyDoor;
import io.reproq.server.http.RequestDeadline;
import io.reproq.server.security.Access;
import io.reproq.server.tls.Certificates;
import java.util.concurrent.Executors;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;

/// Puts a server together from its parts.
///
/// @param certificates null for plain HTTP
record Assembly(
    ServerConfig config, Doors doors, Access access, @Nullable Certificates certificates) {
  private static final int HEADER_BYTES = 16 * 1024;
  private static final int CONNECTIONS = 500;

  /// To accept, to select, and two for what neither of them may wait for.
  private static final int PLATFORM_THREADS = 4;

  void configure(JavalinConfig javalin) {
    javalin.startup.showJavalinBanner = false;
    javalin.startup.showOldJavalinVersionWarning = false;
    javalin.startup.startupWatcherEnabled = false;
    javalin.router.ignoreTrailingSlashes = false;
    javalin.jetty.threadPool = threads();
    javalin.jetty.modifyHttpConfiguration(Assembly::limit);
    javalin.jetty.modifyServer(this::prepare);
    javalin.jetty.addConnector(this::connector);
    serve(javalin, "/healthz", new HealthDoor(doors.health()));
    serve(javalin, "/readyz", new ReadyDoor(doors.readiness()));
    serve(javalin, "/metrics", new MetricsDoor(doors.metrics()));
    serve(javalin, "/events", new EventsDoor(doors.events(), config.pace().ping()));
    // The first that fits counts.
    serve(javalin, "*", new NoDoor());
  }

  /// A HEAD that is not asked for is answered without asking the door.
  private static void serve(JavalinConfig javalin, String path, Handler door) {
    javalin.routes.get(path, door);
    javalin.routes.head(path, door);
  }

  private static QueuedThreadPool threads() {
    var pool = new QueuedThreadPool(PLATFORM_THREADS, PLATFORM_THREADS);
    pool.setName("reproq-http");
    pool.setDaemon(true);
    pool.setReservedThreads(0);
    pool.setVirtualThreadsExecutor(
        Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("reproq-http-request-", 0).factory()));
    return pool;
  }

  private static void limit(HttpConfiguration http) {
    http.setRequestHeaderSize(HEADER_BYTES);
    http.setSendServerVersion(false);
    // A path has one meaning, for the gate and for what is behind it.
    http.setUriCompliance(UriCompliance.DEFAULT);
  }

  private void prepare(Server server) {
    server.setErrorHandler(new QuietErrors());
    // The last one inserted stands first.
    server.insertHandler(new Gate(access));
    var deadline = new RequestDeadline(config.pace().header(), config.pace().idle());
    server.insertHandler(deadline);
  }

  private ServerConnector connector(Server server, HttpConfiguration http) {
    var tls = config.tls();
    var connector =
        certificates == null || tls == null
            ? Connectors.plain(server, http)
            : Connectors.tls(server, http, certificates, tls.clientCa() != null);
    connector.setHost(config.address().host());
    connector.setPort(config.address().port());
    connector.setIdleTimeout(config.pace().idle().toMillis());
    connector.addBean(server.getDescendant(RequestDeadline.class));
    server.addBean(new NetworkConnectionLimit(CONNECTIONS, connector));
    return connector;
  }
}
