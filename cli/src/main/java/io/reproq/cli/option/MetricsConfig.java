package io.reproq.cli.option;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How the HTTP server of a worker is to be.
///
/// @param tls null for plain HTTP
public record MetricsConfig(Address address, Access access, Limits limits, @Nullable Tls tls) {
  /// Where it listens.
  ///
  /// @param host empty for all of the machine's addresses
  /// @param port 0 for any that is free
  public record Address(String host, int port) {}

  /// Who may ask.
  ///
  /// @param token empty when none is asked for
  /// @param cidrs as they were written; empty when everybody may
  /// @param healthPublic whether the state of health needs no token
  /// @param insecure whether it starts although nothing protects it
  /// @param jwtRequireExp whether a signed token must say when it ends
  public record Access(
      String token,
      List<String> cidrs,
      boolean healthPublic,
      boolean insecure,
      boolean jwtRequireExp) {
    public Access {
      cidrs = List.copyOf(cidrs);
    }

    /// Shows no token.
    @Override
    public String toString() {
      return "Access[token=%s, cidrs=%s, healthPublic=%s, insecure=%s, jwtRequireExp=%s]"
          .formatted(
              token.isEmpty() ? "none" : "[redacted]",
              cidrs,
              healthPublic,
              insecure,
              jwtRequireExp);
    }
  }

  /// What whoever is refused may try on.
  ///
  /// @param refusals so many in a `window`
  /// @param maxEntries how many hosts are remembered
  public record Limits(int refusals, Duration window, int maxEntries) {}

  /// Files in PEM.
  ///
  /// @param clientCa who signs the certificates that clients must have; null when they need none
  public record Tls(Path cert, Path key, @Nullable Path clientCa) {}
}
