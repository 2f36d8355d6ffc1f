package io.reproq.cli.option;

import static io.reproq.cli.option.CommandFailure.atLeast;

import io.reproq.server.ListenAddress;
import io.reproq.server.ServerConfig;
import io.reproq.server.security.AccessConfig;
import io.reproq.server.security.AllowList;
import io.reproq.server.security.LimiterConfig;
import io.reproq.server.tls.TlsConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Whether a worker has an HTTP server for its health, its metrics and its events, and how.
public final class MetricsOptions {
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
  public Optional<ServerConfig> config() {
    var tls =
        of(
            "--metrics-tls-cert, --metrics-tls-key, --metrics-tls-client-ca",
            () -> TlsConfig.of(path(cert), path(key), path(clientCa)));
    var address = address();
    return address == null || Memory.isLow(surroundings)
        ? Optional.empty()
        : Optional.of(ServerConfig.at(address).withAccess(access()).withTls(tls));
  }

  private @Nullable ListenAddress address() {
    var everywhere = of("--metrics-port", () -> new ListenAddress(null, port));
    if (addr != null && !addr.isBlank()) {
      var given = addr;
      return of("--metrics-addr", () -> ListenAddress.parse(given));
    }
    if (port > 0) {
      return everywhere;
    }
    return usual.isEmpty() ? null : ListenAddress.parse(usual);
  }

  private AccessConfig access() {
    if (!window.isPositive()) {
      throw new CommandFailure("--metrics-auth-window must be positive, was 0");
    }
    var limiter =
        new LimiterConfig(
            atLeast(1, "--metrics-auth-limit", limit),
            window,
            atLeast(1, "--metrics-auth-max-entries", maxEntries));
    var allowed = of("--metrics-allow-cidrs", () -> AllowList.parse(cidrs));
    return new AccessConfig(token, allowed, limiter, healthPublic, insecure, jwtRequireExp);
  }

  private static @Nullable Path path(String name) {
    return name.isEmpty() ? null : Path.of(name);
  }

  /// What `read` makes of the value of `flag`, which its complaint does not name.
  private static <T extends @Nullable Object> T of(String flag, Supplier<T> read) {
    try {
      return read.get();
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(flag + ": " + e.getMessage());
    }
  }
}
