package io.reproq.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reproq.cli.option.StopSignal;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// A worker in this process that answers HTTP, until it is closed.
///
/// @param shell the commands in the same environment
/// @param address where it answers
/// @param result what becomes of it
record RunningWorker(
    Shell shell, String address, CompletableFuture<Shell.Result> result, HttpClient client)
    implements AutoCloseable {
  private static final Duration SOON = Duration.ofSeconds(20);

  /// Starts one.
  ///
  /// @param variables the environment, which may say where it answers: METRICS_ADDR
  /// @param args its command line, which else ends with that
  static RunningWorker start(Map<String, String> variables, String... args) {
    var shell = new Shell(variables, InputStream.nullInputStream(), new StopSignal());
    var address = variables.getOrDefault("METRICS_ADDR", args[args.length - 1]);
    var result = CompletableFuture.supplyAsync(() -> shell.run(args));
    return new RunningWorker(shell, address, result, HttpClient.newHttpClient());
  }

  static int freePort() throws IOException {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  void awaitReady() {
    await()
        .atMost(SOON)
        .ignoreExceptions()
        .untilAsserted(() -> assertThat(get("/readyz").body()).isEqualTo("ready"));
  }

  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return client.send(request(path).build(), BodyHandlers.ofString());
  }

  HttpResponse<String> get(String path, String authorization)
      throws IOException, InterruptedException {
    return client.send(
        request(path).header("Authorization", authorization).build(), BodyHandlers.ofString());
  }

  /// The first events that it tells a new listener.
  List<String> events(int count) throws IOException, InterruptedException {
    var seen = new ArrayList<String>();
    try (var lines = client.send(request("/events").build(), BodyHandlers.ofLines()).body()) {
      var each = lines.iterator();
      while (seen.size() < count && each.hasNext()) {
        var line = each.next();
        if (line.startsWith("data: ")) {
          seen.add(line);
        }
      }
    }
    return seen;
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://" + address + path)).timeout(SOON);
  }

  @Override
  public void close() {
    shell.stop().raise();
    assertThat(result.orTimeout(SOON.toSeconds(), TimeUnit.SECONDS).join().code()).isZero();
    client.close();
  }
}
