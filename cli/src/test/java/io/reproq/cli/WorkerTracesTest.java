package io.reproq.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.reproq.cli.option.StopSignal;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
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
    var received = new CopyOnWriteArrayList<String>();
    var collector =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    collector.createContext(
        "/v1/traces",
        exchange -> {
          // Names are plain text within the binary form.
          var body = exchange.getRequestBody().readAllBytes();
          received.add(new String(body, StandardCharsets.ISO_8859_1));
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    collector.start();
    try {
      runOneTask(
          Map.of(
              "DATABASE_URL", "sqlite:" + folder.resolve("tasks.db"),
              "OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:" + collector.getAddress().getPort(),
              "OTEL_SERVICE_NAME", "night-shift"));
    } finally {
      collector.stop(0);
    }

    assertThat(List.copyOf(received))
        .anySatisfy(
            sent -> assertThat(sent).contains("process reproq.noop", "night-shift", "succeeded"));
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

  private static void runOneTask(Map<String, String> variables) throws Exception {
    var shell = new Shell(variables, InputStream.nullInputStream(), new StopSignal());
    assertThat(shell.run("enqueue", "reproq.noop").code()).isZero();
    var worker = CompletableFuture.supplyAsync(() -> shell.run("worker"));
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(shell.run("get", "1").out()).contains("SUCCESSFUL"));
    // What is not sent yet is sent at the stop.
    shell.stop().raise();
    assertThat(worker.get(SOON.toSeconds(), TimeUnit.SECONDS).code()).isZero();
  }
}
