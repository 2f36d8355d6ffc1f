package io.reproq.cli.option;

import static org.assertj.core.api.Assertions.assertThat;

import io.reproq.cli.option.MetricsConfig.Access;
import io.reproq.cli.option.MetricsConfig.Address;
import io.reproq.cli.option.MetricsConfig.Limits;
import io.reproq.cli.option.MetricsConfig.Tls;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
    assertThat(parse(Map.of(), "--metrics-port=9100"))
        .contains(
            new MetricsConfig(
                new Address("", 9100),
                new Access("", List.of(), false, false, true),
                new Limits(30, Duration.ofMinutes(1), 1000),
                null));
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
            "--insecure");

    assertThat(config)
        .contains(
            new MetricsConfig(
                new Address("127.0.0.1", 9100),
                new Access("t", List.of("localhost", "10.0.0.0/8"), true, true, false),
                new Limits(3, Duration.ofMinutes(2), 4),
                new Tls(Path.of("c"), Path.of("k"), Path.of("a"))));
    assertThat(config.orElseThrow().access().toString()).doesNotContain("token=t");
  }

  @ParameterizedTest
  @CsvSource({
    ":9100, '', 9100",
    "localhost:0, localhost, 0",
    "[::1]:9100, ::1, 9100",
    "0.0.0.0:65535, 0.0.0.0, 65535"
  })
  void an_address_goes_before_the_port(String text, String host, int port) {
    assertThat(parse(Map.of(), "--metrics-port=1", "--metrics-addr=" + text))
        .map(MetricsConfig::address)
        .contains(new Address(host, port));
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "true", "YES", " on "})
  void there_is_no_server_where_memory_is_low(String value) {
    assertThat(parse(Map.of("LOW_MEMORY_MODE", value), "--metrics-port=9100")).isEmpty();
  }

  private static Optional<MetricsConfig> parse(Map<String, String> variables, String... args) {
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
