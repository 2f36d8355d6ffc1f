package io.reproq.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reproq.clock.TimeSource;
import io.reproq.server.ServerConfig.Pace;
import io.reproq.server.door.Doors;
import io.reproq.server.security.AccessConfig;
import io.reproq.server.security.AllowList;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class WorkerServerTest {
  private static final TimeSource TIME = TimeSource.system();

  @ParameterizedTest
  @CsvSource({
    "/healthz, 200, ok",
    "/readyz, 200, ready",
    "/metrics, 200, 'up 1\n'",
    "/events, 404, events not configured",
    "/, 404, not found",
    "/metrics/, 404, not found",
    "/healthz/../metrics, 404, not found"
  })
  void each_path_has_its_answer(String path, int status, String body) throws Exception {
    try (var site = Site.open(AccessConfig.OPEN)) {
      var answer = site.get(path);

      assertThat(answer.statusCode()).isEqualTo(status);
      assertThat(answer.body()).isEqualTo(body);
      assertThat(answer.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
      assertThat(answer.headers().firstValue("Cache-Control")).hasValue("no-store");
      assertThat(answer.headers().firstValue("Content-Security-Policy"))
          .hasValue("default-src 'none'");
      assertThat(answer.headers().firstValue("Referrer-Policy")).hasValue("no-referrer");
      assertThat(answer.headers().firstValue("Server")).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"})
  void other_methods_are_answered_with_405_and_nothing(String method) throws Exception {
    try (var site = Site.open(AccessConfig.OPEN.withToken("x".repeat(32)))) {
      var answer = site.raw(method + " /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

      assertThat(answer)
          .startsWith("HTTP/1.1 405")
          .contains("Allow: GET, HEAD")
          .endsWith("\r\n\r\n");
    }
  }

  @ParameterizedTest
  @CsvSource({"/healthz, 503", "/readyz, 503", "/metrics, 200", "/nowhere, 404"})
  void a_HEAD_has_the_status_of_the_GET_and_no_body(String path, int status) throws Exception {
    try (var site = Site.open(Site.LOCAL, broken(), TIME)) {
      var answer = site.raw("HEAD " + path + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

      assertThat(answer).startsWith("HTTP/1.1 " + status).endsWith("\r\n\r\n");
    }
  }

  @Test
  void it_can_be_reached_by_IPv6() throws Exception {
    var config = ServerConfig.at(ListenAddress.parse("[::1]:0"));
    try (var server = WorkerServer.start(config, Site.HEALTHY, TIME);
        var client = HttpClient.newHttpClient()) {
      var address = URI.create("http://[::1]:" + server.port() + "/healthz");

      var answer = client.send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString());

      assertThat(answer.body()).isEqualTo("ok");
    }
  }

  @Test
  void what_is_wrong_is_said() throws Exception {
    try (var site = Site.open(Site.LOCAL, broken(), TIME)) {
      assertThat(site.get("/healthz").body()).isEqualTo("unhealthy");
      assertThat(site.get("/readyz").body()).isEqualTo("has not looked for tasks for 40 s");
    }
  }

  @Test
  void a_database_that_hangs_is_unhealthy_and_asked_once() throws Exception {
    var asked = new AtomicInteger();
    var answer = new CountDownLatch(1);
    var doors =
        new Doors(
            () -> {
              asked.incrementAndGet();
              answer.await();
            },
            () -> null,
            accept -> new Doors.MetricsPage("text/plain", ""),
            null);
    try (var site = Site.open(Site.LOCAL, doors, TIME)) {
      assertThat(site.get("/healthz").statusCode()).isEqualTo(503);
      assertThat(site.get("/healthz").statusCode()).isEqualTo(503);
      assertThat(asked).hasValue(1);
    } finally {
      answer.countDown();
    }
  }

  @Test
  void metrics_are_told_what_the_client_accepts() throws Exception {
    var seen = new AtomicReference<@Nullable String>();
    var doors =
        new Doors(
            () -> {},
            () -> null,
            accept -> {
              seen.set(accept);
              return new Doors.MetricsPage(
                  "application/openmetrics-text; version=1.0.0", "# EOF\n");
            },
            null);
    try (var site = Site.open(Site.LOCAL, doors, TIME)) {
      var answer =
          site.send(site.request("/metrics").header("Accept", "application/openmetrics-text"));

      assertThat(seen).hasValue("application/openmetrics-text");
      assertThat(answer.headers().firstValue("Content-Type"))
          .hasValueSatisfying(
              type -> assertThat(type).startsWith("application/openmetrics-text; version=1.0.0"));
    }
  }

  @Test
  void a_body_is_refused() throws Exception {
    try (var site = Site.open(AccessConfig.OPEN)) {
      var request = site.request("/healthz").method("GET", BodyPublishers.ofString("hello"));

      assertThat(site.send(request).statusCode()).isEqualTo(413);
    }
  }

  @Test
  void headers_beyond_16_KiB_are_refused_without_a_page() throws Exception {
    try (var site = Site.open(AccessConfig.OPEN)) {
      var answer =
          site.raw(
              "GET /healthz HTTP/1.1\r\nHost: a\r\nX-Long: " + "x".repeat(17_000) + "\r\n\r\n");

      assertThat(answer).startsWith("HTTP/1.1 431").doesNotContain("<").endsWith("\r\n\r\n");
    }
  }

  @Test
  void a_request_that_trickles_in_is_cut_off() throws Exception {
    var pace = Pace.DEFAULT.withHeader(Duration.ofMillis(300));
    try (var site = Site.open(Site.LOCAL.withPace(pace), Site.doors(null), TIME);
        var socket = new Socket(InetAddress.getLoopbackAddress(), site.server.port())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write("GET /hea".getBytes(StandardCharsets.UTF_8));

      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void beyond_this_machine_it_serves_only_those_whom_it_knows() throws Exception {
    var everywhere = ServerConfig.at(ListenAddress.parse("0.0.0.0:0"));

    assertThatThrownBy(() -> WorkerServer.start(everywhere, Site.doors(null), TIME))
        .isInstanceOf(UnprotectedAddressException.class)
        .hasMessageContaining("0.0.0.0:0");
    for (var access :
        new AccessConfig[] {
          AccessConfig.OPEN.withToken("x".repeat(32)),
          AccessConfig.OPEN.withAllowList(AllowList.parse("localhost")),
          AccessConfig.OPEN.withInsecure(true)
        }) {
      assertThat(everywhere.withAccess(access).isUnprotected()).isEqualTo(access.insecure());
    }
  }

  @Test
  void an_address_that_is_taken_is_named() throws Exception {
    try (var site = Site.open(AccessConfig.OPEN)) {
      var taken = ServerConfig.at(new ListenAddress("127.0.0.1", site.server.port()));

      assertThatThrownBy(() -> WorkerServer.start(taken, Site.doors(null), TIME))
          .isInstanceOf(ServerStartException.class)
          .hasMessageContaining("127.0.0.1:" + site.server.port())
          .hasMessageContaining("in use");
    }
  }

  @Test
  void closing_twice_is_closing_once() throws Exception {
    var server = WorkerServer.start(Site.LOCAL, Site.doors(null), TIME);
    server.close();

    assertThatCode(server::close).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource({
    ":9090, '', 9090",
    "127.0.0.1:9090, 127.0.0.1, 9090",
    "[::1]:0, ::1, 0",
    "worker-1:80, worker-1, 80"
  })
  void addresses_have_a_host_and_a_port(String text, String host, int port) {
    var address = ListenAddress.parse(text);

    assertThat(address).isEqualTo(new ListenAddress(host.isEmpty() ? null : host, port));
    assertThat(address).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "9090", "127.0.0.1", "::1:90", "a:b", ":65536"})
  void what_is_no_address_is_refused(String text) {
    assertThatThrownBy(() -> ListenAddress.parse(text))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static Doors broken() {
    return new Doors(
        () -> {
          throw new IllegalStateException("the database is away");
        },
        () -> "has not looked for tasks for 40 s",
        accept -> new Doors.MetricsPage("text/plain", "up 1\n"),
        null);
  }
}
