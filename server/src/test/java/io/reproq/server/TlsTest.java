package io.reproq.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reproq.server.Keys.Pair;
import io.reproq.server.tls.TlsConfig;
import io.reproq.testkit.SettableClock;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// HTTPS, through a real socket, with keys made by the JDK's keytool.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class TlsTest {
  @TempDir static Path folder = Path.of("");

  private static Pair first;
  private static Pair second;
  private static Pair client;

  private final SettableClock clock = new SettableClock();

  @BeforeAll
  static void make() throws Exception {
    first = Keys.make(folder, "first", "RSA");
    second = Keys.make(folder, "second", "EC");
    client = Keys.make(folder, "client", "EC");
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void it_speaks(String protocol) throws Exception {
    try (var server = open(config(first, null))) {
      assertThat(get(server, Keys.client(List.of(first), null), protocol))
          .startsWith("HTTP/1.1 200");
    }
  }

  @Test
  void it_does_not_speak_what_is_older() throws Exception {
    try (var server = open(config(first, null))) {
      assertThatThrownBy(() -> get(server, Keys.client(List.of(first), null), "TLSv1.1"))
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void a_client_needs_a_certificate_where_a_CA_is_given() throws Exception {
    try (var server = open(config(first, client.certificate()))) {
      var known = Keys.client(List.of(first), client);
      var stranger = Keys.client(List.of(first), second);
      var nobody = Keys.client(List.of(first), null);

      assertThat(get(server, known, "TLSv1.3")).startsWith("HTTP/1.1 200");
      for (var other : List.of(stranger, nobody)) {
        for (var protocol : List.of("TLSv1.2", "TLSv1.3")) {
          assertThatThrownBy(() -> get(server, other, protocol)).isInstanceOf(IOException.class);
        }
      }
    }
  }

  @Test
  void new_files_are_shown_and_broken_ones_are_not() throws Exception {
    var shown = Keys.copy(first, folder.resolve("shown"));
    var both = Keys.client(List.of(first, second), null);
    try (var server = open(config(shown, null))) {
      Keys.copy(second, folder.resolve("shown"));
      assertThat(name(server, both)).isEqualTo("CN=first");

      clock.advance(Duration.ofSeconds(10));
      assertThat(name(server, both)).isEqualTo("CN=second");

      // The certificate is replaced, its key not yet.
      Files.copy(first.certificate(), shown.certificate(), Keys.OVER);
      clock.advance(Duration.ofSeconds(10));
      assertThat(name(server, both)).isEqualTo("CN=second");

      Files.delete(shown.key());
      clock.advance(Duration.ofSeconds(10));
      assertThat(name(server, both)).isEqualTo("CN=second");

      Files.copy(first.key(), shown.key());
      clock.advance(Duration.ofSeconds(10));
      assertThat(name(server, both)).isEqualTo("CN=first");
    }
  }

  @ParameterizedTest
  @Tag("openssl")
  @CsvSource({"rsa, RSA PRIVATE KEY", "ec, EC PRIVATE KEY"})
  void keys_may_have_the_older_forms(String kind, String label) throws Exception {
    var pair = kind.equals("rsa") ? first : second;
    var older = Keys.older(folder.resolve(kind + "-older.pem"), pair, label);
    try (var server = open(new TlsConfig(pair.certificate(), older, null))) {
      assertThat(get(server, Keys.client(List.of(pair), null), "TLSv1.3"))
          .startsWith("HTTP/1.1 200");
    }
  }

  @Test
  void files_that_cannot_be_used_are_named() {
    var missing = folder.resolve("missing.pem");

    assertThatThrownBy(() -> open(new TlsConfig(missing, first.key(), null)))
        .isInstanceOf(ServerStartException.class)
        .hasMessageContaining("there is no file " + missing);
    assertThatThrownBy(() -> open(new TlsConfig(first.certificate(), second.key(), null)))
        .isInstanceOf(ServerStartException.class)
        .hasMessageContaining(second.key().toString());
    assertThatThrownBy(() -> open(new TlsConfig(first.key(), first.key(), null)))
        .isInstanceOf(ServerStartException.class)
        .hasMessageContaining(first.key().toString());
    assertThatThrownBy(() -> open(new TlsConfig(first.certificate(), first.certificate(), null)))
        .isInstanceOf(ServerStartException.class)
        .hasMessageContaining("there is no private key in it");
  }

  @Test
  void half_of_the_settings_is_refused() {
    var file = Path.of("file.pem");

    assertThat(TlsConfig.of(null, null, null)).isNull();
    assertThat(TlsConfig.of(file, file, file)).isEqualTo(new TlsConfig(file, file, file));
    assertThatThrownBy(() -> TlsConfig.of(file, null, null)).hasMessageContaining("file.pem");
    assertThatThrownBy(() -> TlsConfig.of(null, file, null)).hasMessageContaining("file.pem");
    assertThatThrownBy(() -> TlsConfig.of(null, null, file)).hasMessageContaining("file.pem");
  }

  private WorkerServer open(TlsConfig tls) throws ServerStartException {
    return WorkerServer.start(Site.LOCAL.withTls(tls), Site.doors(null), clock);
  }

  private static TlsConfig config(Pair pair, @Nullable Path clientCa) {
    return new TlsConfig(pair.certificate(), pair.key(), clientCa);
  }

  private static String get(WorkerServer server, SSLContext context, String protocol)
      throws IOException {
    try (var socket = connect(server, context, protocol)) {
      var request = "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }
  }

  private static String name(WorkerServer server, SSLContext context) throws IOException {
    try (var socket = connect(server, context, "TLSv1.3")) {
      return socket.getSession().getPeerPrincipal().getName();
    }
  }

  private static SSLSocket connect(WorkerServer server, SSLContext context, String protocol)
      throws IOException {
    var socket =
        (SSLSocket)
            context
                .getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), server.port());
    socket.setSoTimeout(20_000);
    socket.setEnabledProtocols(new String[] {protocol});
    socket.startHandshake();
    return socket;
  }
}
