package io.reproq.server;

import io.reproq.server.security.AccessConfig;
import io.reproq.server.tls.TlsConfig;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// How a server is reached, and by whom.
///
/// @param tls null for plain HTTP
public record ServerConfig(
    ListenAddress address, AccessConfig access, @Nullable TlsConfig tls, Pace pace) {

  /// Plain HTTP, for everybody who can reach `address`.
  public static ServerConfig at(ListenAddress address) {
    return new ServerConfig(address, AccessConfig.OPEN, null, Pace.DEFAULT);
  }

  public ServerConfig withAccess(AccessConfig value) {
    return new ServerConfig(address, value, tls, pace);
  }

  public ServerConfig withTls(@Nullable TlsConfig value) {
    return new ServerConfig(address, access, value, pace);
  }

  public ServerConfig withPace(Pace value) {
    return new ServerConfig(address, access, tls, value);
  }

  /// Whether someone beyond this machine would be served without being known in any way.
  boolean isUnprotected() {
    var knowsClients = tls != null && tls.clientCa() != null;
    return !address.isLoopback()
        && access.token() == null
        && access.allowList().isEmpty()
        && !knowsClients;
  }

  /// How long what may take.
  ///
  /// @param header until a new connection has asked something
  /// @param idle until a connection on which nothing moves is closed
  /// @param ping between two signs of life in a stream of events; less than `idle`
  /// @param certificates between two looks at the certificate's files
  public record Pace(Duration header, Duration idle, Duration ping, Duration certificates) {
    public static final Pace DEFAULT =
        new Pace(
            Duration.ofSeconds(5),
            Duration.ofSeconds(60),
            Duration.ofSeconds(15),
            Duration.ofSeconds(10));

    public Pace withPing(Duration value) {
      return new Pace(header, idle, value, certificates);
    }

    public Pace withHeader(Duration value) {
      return new Pace(value, idle, ping, certificates);
    }

    public Pace withIdle(Duration value) {
      return new Pace(header, value, ping, certificates);
    }
  }
}
