package io.reproq.cli.option;

import static io.reproq.cli.option.CommandFailure.atLeast;

import io.reproq.cli.option.MetricsConfig.Access;
import io.reproq.cli.option.MetricsConfig.Address;
import io.reproq.cli.option.MetricsConfig.Limits;
import io.reproq.cli.option.MetricsConfig.Tls;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Whether a worker has an HTTP server for its health, its metrics and its events, and how.
public final class MetricsOptions {
  private static final int LAST_PORT = 65_535;

  private final Surroundings surroundings;
  private final String usual;

  @Option(
      names = "--metrics-port",
      paramLabel = "N",
      description = "Answer HTTP at this port of all addresses. Default: 0, no server.")
  private int port;

  @Option(
      names = "--metrics-addr",
      paramLabel = "HOST:PORT",
      description =
          "Answer HTTP there; goes before the port. :9090 is all addresses. Default: METRICS_ADDR,"
              + " else none.")
  private @Nullable String addr;

  @Option(
      names = "--metrics-auth-token",
      paramLabel = "TOKEN",
      description =
          "What clients must show; better told by METRICS_AUTH_TOKEN or a file, which other users"
              + " of the machine do not see. Default: METRICS_AUTH_TOKEN, else none.")
  private String token = "";

  @Option(
      names = "--metrics-allow-cidrs",
      paramLabel = "A,B",
      description =
          "Which addresses may ask: IPs, CIDRs, localhost. Default: METRICS_ALLOW_CIDRS, else all.")
  private String cidrs = "";

  @Option(
      names = "--metrics-auth-limit",
      paramLabel = "N",
      description =
          "How many refusals a host gets in a window. Default: METRICS_AUTH_LIMIT, else 30.")
  private int limit = 30;

  @Option(
      names = "--metrics-auth-window",
      paramLabel = "DURATION",
      description = "How long a window is. Default: METRICS_AUTH_WINDOW, else 1m.")
  private Duration window = Duration.ofMinutes(1);

  @Option(
      names = "--metrics-auth-max-entries",
      paramLabel = "N",
      description =
          "How many hosts are remembered for it. Default: METRICS_AUTH_MAX_ENTRIES, else 1000.")
  private int maxEntries = 1000;

  @Option(
      names = "--metrics-tls-cert",
      paramLabel = "FILE",
      description = "Its certificate, for TLS. Default: METRICS_TLS_CERT, else none.")
  private String cert = "";

  @Option(
      names = "--metrics-tls-key",
      paramLabel = "FILE",
      description = "The certificate's key. Default: METRICS_TLS_KEY, else none.")
  private String key = "";

  @Option(
      names = "--metrics-tls-client-ca",
      paramLabel = "FILE",
      description =
          "Who signs the certificates that clients must have. Default: METRICS_TLS_CLIENT_CA, else"
              + " they need none.")
  private String clientCa = "";

  @Option(
      names = "--metrics-jwt-require-exp",
      paramLabel = "BOOL",
      arity = "1",
      description = "Whether a signed token must say when it ends. Default: true.")
  private boolean jwtRequireExp = true;

  @Option(names = "--health-public", description = "Tell the state of health without a token.")
  private boolean healthPublic;

  @Option(
      names = "--insecure",
      description = "Answer other machines although no token, address or certificate is asked for.")
  private boolean insecure;

  /// @param usual where to answer when nobody says where; empty for nowhere
  public MetricsOptions(Surroundings surroundings, String usual) {
    this.surroundings = surroundings;
    this.usual = usual;
  }

  /// What was asked for; empty when there is to be no server, as `LOW_MEMORY_MODE` may say, too.
  ///
  /// @throws CommandFailure when a value is out of range, or contradicts another
  public Optional<MetricsConfig> config() {
    var tls = tls();
    var address = address();
    if (address == null || Memory.isLow(surroundings)) {
      return Optional.empty();
    }
    if (!window.isPositive()) {
      throw new CommandFailure("--metrics-auth-window must be positive, was 0");
    }
    return Optional.of(
        new MetricsConfig(
            address,
            new Access(token, list(cidrs), healthPublic, insecure, jwtRequireExp),
            new Limits(
                atLeast(1, "--metrics-auth-limit", limit),
                window,
                atLeast(1, "--metrics-auth-max-entries", maxEntries)),
            tls));
  }

  private @Nullable Address address() {
    if (atLeast(0, "--metrics-port", port) > LAST_PORT) {
      throw new CommandFailure("--metrics-port must be at most 65535, was " + port);
    }
    var given = addr == null || addr.isBlank() ? port == 0 ? usual : ":" + port : addr;
    return given.isEmpty() ? null : address(given);
  }

  private static Address address(String given) {
    var split = given.lastIndexOf(':');
    var host = split < 0 ? "" : given.substring(0, split).strip();
    var number = given.substring(split + 1).strip();
    var isBracketed = host.startsWith("[") && host.endsWith("]");
    if (split < 0 || !isPort(number) || (host.contains(":") && !isBracketed)) {
      throw new CommandFailure(
          "--metrics-addr wants HOST:PORT, such as 127.0.0.1:9090, [::1]:9090 or :9090, was '"
              + given
              + "'");
    }
    return new Address(
        isBracketed ? host.substring(1, host.length() - 1) : host, Integer.parseInt(number));
  }

  private static boolean isPort(String text) {
    return text.matches("[0-9]{1,5}") && Integer.parseInt(text) <= LAST_PORT;
  }

  private @Nullable Tls tls() {
    if (cert.isEmpty() != key.isEmpty()) {
      throw new CommandFailure(
          cert.isEmpty()
              ? "--metrics-tls-key is there without --metrics-tls-cert: give both, or neither"
              : "--metrics-tls-cert is there without --metrics-tls-key: give both, or neither");
    }
    if (!clientCa.isEmpty() && cert.isEmpty()) {
      throw new CommandFailure(
          "--metrics-tls-client-ca needs --metrics-tls-cert and --metrics-tls-key");
    }
    return cert.isEmpty()
        ? null
        : new Tls(Path.of(cert), Path.of(key), clientCa.isEmpty() ? null : Path.of(clientCa));
  }

  private static List<String> list(String text) {
    return Arrays.stream(text.split(","))
        .map(String::strip)
        .filter(entry -> !entry.isEmpty())
        .distinct()
        .toList();
  }
}
