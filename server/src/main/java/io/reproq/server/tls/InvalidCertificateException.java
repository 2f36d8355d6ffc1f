package io.reproq.server.tls;

/// A file of a [TlsConfig] cannot be used. The message names it and says why.
public final class InvalidCertificateException extends Exception {
  private static final long serialVersionUID = 1;

  InvalidCertificateException(String message, Throwable cause) {
    super(message, cause);
  }

  InvalidCertificateException(String message) {
    super(message);
  }
}
