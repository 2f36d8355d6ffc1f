package io.reproq.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.CopyOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/// Keys with certificates that they have signed themselves.
final class Keys {
  static final CopyOption OVER = StandardCopyOption.REPLACE_EXISTING;
  private static final char[] PASSWORD = "changeit".toCharArray();

  private Keys() {}

  /// A new pair named `name`, in PEM files.
  static Pair make(Path folder, String name, String algorithm) throws Exception {
    var file = folder.resolve(name + ".p12");
    var keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "it",
                "-keyalg",
                algorithm,
                "-dname",
                "CN=" + name,
                "-validity",
                "2",
                "-storetype",
                "PKCS12",
                "-keystore",
                file.toString(),
                "-storepass",
                new String(PASSWORD),
                "-ext",
                "san=ip:127.0.0.1")
            .redirectErrorStream(true)
            .start();
    var said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!keytool.waitFor(30, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
      throw new IOException("keytool: " + said);
    }
    var store = KeyStore.getInstance(file.toFile(), PASSWORD);
    var pair = new Pair(folder.resolve(name + ".crt"), folder.resolve(name + ".key"), store);
    write(pair.certificate, "CERTIFICATE", store.getCertificate("it").getEncoded());
    write(pair.key, "PRIVATE KEY", store.getKey("it", PASSWORD).getEncoded());
    return pair;
  }

  /// The same pair in other files, written over those that are there.
  static Pair copy(Pair pair, Path to) throws IOException {
    var copy = new Pair(to.resolveSibling(to.getFileName() + ".crt"), to, pair.store);
    Files.copy(pair.certificate, copy.certificate, OVER);
    Files.copy(pair.key, copy.key, OVER);
    return copy;
  }

  /// The private key of `pair` as it stands inside of its PKCS#8 form.
  static Path older(Path file, Pair pair, String label) throws Exception {
    var openssl =
        new ProcessBuilder(
                "openssl",
                "pkey",
                "-traditional",
                "-in",
                pair.key.toString(),
                "-out",
                file.toString())
            .inheritIO()
            .start();
    if (openssl.waitFor() != 0 || !Files.readString(file).contains(label)) {
      throw new IOException("openssl did not write a " + label);
    }
    return file;
  }

  /// What a client needs that trusts `servers` and is `self`.
  static SSLContext client(List<Pair> servers, @Nullable Pair self)
      throws GeneralSecurityException, IOException {
    var trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, PASSWORD);
    for (var server : servers) {
      trusted.setCertificateEntry(server.key.toString(), server.store.getCertificate("it"));
    }
    var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(self == null ? null : self.store, PASSWORD);
    var context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }

  private static void write(Path file, String label, byte[] contents) throws IOException {
    var base64 =
        Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
            .encodeToString(contents);
    Files.writeString(
        file, "-----BEGIN " + label + "-----\n" + base64 + "\n-----END " + label + "-----\n");
  }

  record Pair(Path certificate, Path key, KeyStore store) {}
}
