package io.reproq.cli.option;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reproq.server.ListenAddress;
import io.reproq.server.ServerConfig;
import io.reproq.server.security.LimiterConfig;
import io.reproq.server.tls.TlsConfig;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@DisplayNameGeneration(ReplaceUnderscores.class)
final class MetricsOptionsTest {
  @Test
  void nothing_is_the_default() {
    assertThat(parse(Map.of())).isEmpty();
  }

  @Test
  void a_port_alone_has_all_defaults() {
    var config = parse(Map.of(), "--metrics-port=9100").orElseThrow();

    assertThat(config).isEqualTo(ServerConfig.at(new ListenAddress(null, 9100)));
  }

  @Test
  void every_flag_has_its_place() {
    var config =
        parse(
                Map.of(),
                "--metrics-addr=127.0.0.1:9100",
                "--metrics-auth-token=t",
                "--metrics-allow-cidrs=localhost, 10.0.0.0/8",
                "--metrics-auth-limit=3",
                "--metrics-auth-window=2m",
                "--metrics-auth-max-entries=4",
                "--metrics-tls-cert=c",
                "--metrics-tls-key=k",
                "--metrics-tls-client-ca=a",
                "--metrics-jwt-require-exp=false",
                "--health-public",
                "--insecure")
            .orElseThrow();

    assertThat(config.address()).isEqualTo(new ListenAddress("127.0.0.1", 9100));
    assertThat(config.tls()).isEqualTo(new TlsConfig(Path.of("c"), Path.of("k"), Path.of("a")));
    var access = config.access();
    assertThat(access.token()).isEqualTo("t");
    assertThat(access.limiter()).isEqualTo(new LimiterConfig(3, Duration.ofMinutes(2), 4));
    assertThat(access.healthPublic()).isTrue();
    assertThat(access.insecure()).isTrue();
    assertThat(access.jwtRequireExp()).isFalse();
    assertThat(List.of("127.0.0.1", "::1", "10.1.2.3", "11.1.2.3"))
        .filteredOn(address -> access.allowList().admits(InetAddress.ofLiteral(address)))
        .containsExactly("127.0.0.1", "::1", "10.1.2.3");
  }

  @ParameterizedTest
  @CsvSource({
    ":9100, , 9100",
    "localhost:0, localhost, 0",
    "[::1]:9100, ::1, 9100",
    "0.0.0.0:65535, 0.0.0.0, 65535"
  })
  void an_address_goes_before_the_port(String text, @Nullable String host, int port) {
    assertThat(parse(Map.of(), "--metrics-port=1", "--metrics-addr=" + text))
        .map(ServerConfig::address)
        .contains(new ListenAddress(host, port));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --metrics-addr=here          | here' is no address such as 127.0.0.1:9090
          --metrics-addr=a:65536       | a port must be from 0 to 65535, was 65536
          --metrics-addr=::1:9090      | ::1:9090' is no address
          --metrics-port=65536         | a port must be from 0 to 65535, was 65536
          --metrics-allow-cidrs=home --metrics-port=1 | home' is no IP address
          --metrics-tls-key=k          | there is only the key k
          --metrics-tls-client-ca=a    | certificates of a only over TLS
          """)
  void what_the_server_does_not_take_is_said_with_its_flag(String words, String complaint) {
    assertThatThrownBy(() -> parse(Map.of(), words.split(" ")))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContainingAll(words.substring(0, words.indexOf('=')), complaint);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "true", "YES", " on "})
  void there_is_no_server_where_memory_is_low(String value) {
    assertThat(parse(Map.of("LOW_MEMORY_MODE", value), "--metrics-port=9100")).isEmpty();
  }

  private static Optional<ServerConfig> parse(Map<String, String> variables, String... args) {
    var host =
        new Host(
            new Surroundings(variables, InputStream.nullInputStream(), new StopSignal(), false));
    new CommandLine(host).registerConverter(Duration.class, Durations::parse).parseArgs(args);
    return host.metrics.config();
  }

  @Command
  private static final class Host {
    @Mixin private final MetricsOptions metrics;

    Host(Surroundings surroundings) {
      this.metrics = new MetricsOptions(surroundings, "");
    }
  }
}
