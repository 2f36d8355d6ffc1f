package io.reproq.server.tls;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// The PEM files of a server that speaks TLS.
///
/// @param certificate its certificate, followed by those of who vouches for it
/// @param key the private key of the first, not encrypted
/// @param clientCa who vouches for clients, each of which then needs a certificate; null for none
public record TlsConfig(Path certificate, Path key, @Nullable Path clientCa) {

  /// What three settings come to, each of which may be missing.
  ///
  /// @return null for no TLS, when all are
  /// @throws IllegalArgumentException when one is missing that another needs
  public static @Nullable TlsConfig of(
      @Nullable Path certificate, @Nullable Path key, @Nullable Path clientCa) {
    if (certificate != null && key != null) {
      return new TlsConfig(certificate, key, clientCa);
    }
    if (certificate != null || key != null) {
      var found = certificate == null ? "the key " + key : "the certificate " + certificate;
      throw new IllegalArgumentException(
          "TLS needs a certificate and its key, but there is only " + found);
    }
    if (clientCa != null) {
      throw new IllegalArgumentException(
          "clients can be asked for certificates of "
              + clientCa
              + " only over TLS, which needs a certificate and its key");
    }
    return null;
  }
}
