package io.reproq.server.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/// What the files of a [TlsConfig] hold at one moment.
///
/// @param clientCa null where clients need no certificate
record TlsFiles(String certificate, String key, @Nullable String clientCa) {
  /// For a key store that never leaves memory.
  private static final char[] NO_PASSWORD = {};

  static TlsFiles read(TlsConfig config) throws InvalidCertificateException {
    var clientCa = config.clientCa();
    return new TlsFiles(
        text(config.certificate()), text(config.key()), clientCa == null ? null : text(clientCa));
  }

  /// What a server needs that shows this certificate.
  ///
  /// @param from named when they cannot be used
  SSLContext context(TlsConfig from) throws InvalidCertificateException {
    var chain = certificates(certificate, from.certificate());
    var keys = keys(chain, from.key());
    try {
      var context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), trust(from), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new InvalidCertificateException("no TLS with these files: " + e.getMessage(), e);
    }
  }

  private KeyManagerFactory keys(List<Certificate> chain, Path from)
      throws InvalidCertificateException {
    try {
      var store = store();
      var own = PrivateKeys.read(key, chain.getFirst().getPublicKey());
      store.setKeyEntry("server", own, NO_PASSWORD, chain.toArray(Certificate[]::new));
      var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(store, NO_PASSWORD);
      return keys;
    } catch (GeneralSecurityException | IOException e) {
      throw new InvalidCertificateException(
          "cannot use the key " + from + ": " + e.getMessage(), e);
    }
  }

  private TrustManager @Nullable [] trust(TlsConfig from) throws InvalidCertificateException {
    var path = from.clientCa();
    if (clientCa == null || path == null) {
      return null;
    }
    try {
      var store = store();
      var issuers = certificates(clientCa, path);
      for (var i = 0; i < issuers.size(); i++) {
        store.setCertificateEntry("issuer-" + i, issuers.get(i));
      }
      var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      return trust.getTrustManagers();
    } catch (GeneralSecurityException | IOException e) {
      throw new InvalidCertificateException(
          "cannot use the client CA " + path + ": " + e.getMessage(), e);
    }
  }

  private static List<Certificate> certificates(String pem, Path from)
      throws InvalidCertificateException {
    try {
      var bytes = new ByteArrayInputStream(pem.getBytes(StandardCharsets.UTF_8));
      var found =
          List.<Certificate>copyOf(
              CertificateFactory.getInstance("X.509").generateCertificates(bytes));
      if (found.isEmpty()) {
        throw new InvalidCertificateException("there is no certificate in " + from);
      }
      return found;
    } catch (CertificateException e) {
      throw new InvalidCertificateException(
          "cannot read the certificate " + from + ": " + e.getMessage(), e);
    }
  }

  private static KeyStore store() throws GeneralSecurityException, IOException {
    var store = KeyStore.getInstance("PKCS12");
    store.load(null, NO_PASSWORD);
    return store;
  }

  private static String text(Path file) throws InvalidCertificateException {
    try {
      // Whatever stands between the blocks may be written in any way.
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (NoSuchFileException e) {
      throw new InvalidCertificateException("there is no file " + file, e);
    } catch (IOException e) {
      throw new InvalidCertificateException("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  /// Shows nothing of the key.
  @Override
  public String toString() {
    return "TlsFiles";
  }
}
