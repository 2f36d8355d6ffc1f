package io.reproq.server;

import io.reproq.clock.TimeSource;
import io.reproq.server.door.Doors;
import io.reproq.server.events.EventFeed;
import io.reproq.server.security.AccessConfig;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A server on a free port of 127.0.0.1, and one who asks it.
final class Site implements AutoCloseable {
  static final ServerConfig LOCAL = ServerConfig.at(ListenAddress.parse("127.0.0.1:0"));
  static final Doors HEALTHY = doors(new EventFeed(TimeSource.system()));

  final WorkerServer server;
  private final HttpClient client = HttpClient.newHttpClient();

  private Site(WorkerServer server) {
    this.server = server;
  }

  static Site open(ServerConfig config, Doors doors, TimeSource time) throws ServerStartException {
    return new Site(WorkerServer.start(config, doors, time));
  }

  static Site open(AccessConfig access) throws ServerStartException {
    return open(LOCAL.withAccess(access), doors(null), TimeSource.system());
  }

  static Doors doors(@Nullable EventFeed events) {
    return new Doors(
        () -> {},
        () -> null,
        accept -> new Doors.MetricsPage("text/plain; version=0.0.4; charset=utf-8", "up 1\n"),
        events);
  }

  URI uri(String path) {
    return URI.create("http://127.0.0.1:" + server.port() + path);
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(uri(path)).timeout(Duration.ofSeconds(20));
  }

  HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
    return client.send(request.build(), BodyHandlers.ofString());
  }

  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return send(request(path));
  }

  HttpResponse<String> get(String path, String authorization)
      throws IOException, InterruptedException {
    return send(request(path).header("Authorization", authorization));
  }

  HttpResponse<InputStream> stream(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return client.send(request.build(), BodyHandlers.ofInputStream());
  }

  /// What comes back for these very bytes, until the connection ends.
  String raw(String bytes) throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(bytes.getBytes(StandardCharsets.UTF_8));
      socket.getOutputStream().flush();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Override
  public void close() {
    client.close();
    server.close();
  }
}
