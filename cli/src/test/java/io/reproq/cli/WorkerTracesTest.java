package io.reproq.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reproq.cli.option.StopSignal;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The spans that a worker sends.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class WorkerTracesTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  @TempDir private Path folder;

  @Test
  void attempts_are_told_to_the_collector_that_the_environment_names() throws Exception {
    try (var collector = new Collector()) {
      runOneTask(
          Map.of(
              "DATABASE_URL",
              "sqlite:" + folder.resolve("tasks.db"),
              "OTEL_EXPORTER_OTLP_ENDPOINT",
              collector.address(),
              "OTEL_SERVICE_NAME",
              "night-shift"));

      assertThat(collector.received())
          .startsWith("POST /v1/traces ")
          .contains("process reproq.noop", "night-shift", "succeeded");
    }
  }

  @Test
  void a_wish_that_cannot_be_met_is_named() {
    var shell =
        new Shell(
            Map.of("OTEL_TRACES_EXPORTER", "nonsense", "DATABASE_URL", "memory:"),
            InputStream.nullInputStream(),
            new StopSignal());

    var result = shell.run("worker");

    assertThat(result.code()).isOne();
    assertThat(result.err()).contains("nonsense").hasLineCount(1);
  }

  /// Runs one task, and sees its trace named by the metrics.
  private static void runOneTask(Map<String, String> variables) throws Exception {
    var shell = new Shell(variables, InputStream.nullInputStream(), new StopSignal());
    assertThat(shell.run("enqueue", "reproq.noop").code()).isZero();
    var address = "127.0.0.1:" + freePort();
    var worker =
        CompletableFuture.supplyAsync(
            () -> shell.run("worker", "--metrics-addr", address),
            Thread.ofPlatform().daemon()::start);
    await()
        .atMost(SOON)
        .ignoreExceptions()
        .untilAsserted(() ->
            assertThat(openMetrics(address).lines())
                .anyMatch(line ->
                    line.startsWith("reproq_exec_duration_seconds_bucket")
                        && line.contains("trace_id=")));
    // What is not sent yet is sent at the stop.
    shell.stop().raise();
    assertThat(worker.get(SOON.toSeconds(), TimeUnit.SECONDS).code()).isZero();
  }

  private static String openMetrics(String address) throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create("http://" + address + "/metrics"))
            .header("Accept", "application/openmetrics-text")
            .build();
    try (var client = HttpClient.newHttpClient()) {
      return client.send(request, BodyHandlers.ofString()).body();
    }
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  /// Keeps the first bytes that somebody sends it, and says that it took them. Names are plain text
  /// within the binary form of spans.
  private static final class Collector implements AutoCloseable {
    private static final int MOST = 1 << 16;

    private final ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    private final CompletableFuture<String> received =
        CompletableFuture.supplyAsync(this::take, Thread.ofPlatform().daemon()::start);

    Collector() throws IOException {}

    String address() {
      return "http://127.0.0.1:" + listening.getLocalPort();
    }

    String received() throws Exception {
      return received.get(SOON.toSeconds(), TimeUnit.SECONDS);
    }

    private String take() {
      try (var connection = listening.accept()) {
        var in = connection.getInputStream();
        var text = new StringBuilder();
        var buffer = new byte[MOST];
        while (!text.toString().contains("succeeded")) {
          var count = in.read(buffer);
          if (count < 0) {
            break;
          }
          text.append(new String(buffer, 0, count, StandardCharsets.ISO_8859_1));
        }
        connection
            .getOutputStream()
            .write(
                "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII));
        return text.toString();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void close() throws IOException {
      listening.close();
    }
  }
}
